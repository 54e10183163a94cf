import { settled } from '../marks.ts';
import type { Cursor } from './cursor.ts';
import { PYTHON, type TaggedNotation } from './toolFormat.ts';
import { jsonTypeOf, type ToolSchema } from './toolSchema.ts';
import { inString, isHalf, ValueReader } from './valueReader.ts';

export interface ReadArguments {
  /** JSON; its beginning while it is not whole. */
  readonly json: string;
  readonly isWhole: boolean;
}

/** Reads arguments in elements, up to what is none, and writes them as JSON by the types of the schema. */
export function readTagged(cursor: Cursor, notation: TaggedNotation, schema: ToolSchema): ReadArguments {
  let json = '{';
  for (let n = 0; ; n++) {
    const opened = cursor.pass(notation.keyOpen);
    if (opened === 'more') return { json, isWhole: false };
    if (opened === 'no') return { json: `${json}}`, isWhole: true };
    const key = readKey(cursor, notation);
    if (key === null) return { json, isWhole: false };
    const value = readValue(cursor, notation, schema.property(key.name), key.isJson);
    if (value.json !== '') json += `${n > 0 ? ', ' : ''}${JSON.stringify(key.name)}: ${value.json}`;
    if (!value.isWhole) return { json, isWhole: false };
  }
}

/** `isJson`: what the marks say of the value; null where they say nothing. */
function readKey(
  cursor: Cursor,
  { keyClose, jsonKeyClose }: TaggedNotation,
): { readonly name: string; readonly isJson: boolean | null } | null {
  const [mark] = keyClose.trim().split(/\s+/);
  const name = cursor.until(mark);
  if (name === null) return null;
  for (const close of new Set([keyClose, jsonKeyClose])) {
    const passed = cursor.pass(close.replaceAll('\n', ' '));
    if (passed === 'more') return null;
    if (passed === 'no') continue;
    return { name: name.trim(), isJson: keyClose === jsonKeyClose ? null : close === jsonKeyClose };
  }
  return null;
}

function readValue(
  cursor: Cursor,
  { keyClose, valueClose }: TaggedNotation,
  schema: ToolSchema,
  isJson: boolean | null,
): ReadArguments {
  const mark = valueClose.trim();
  const found = cursor.until(mark);
  const isWhole = found !== null;
  const rest = cursor.text.slice(cursor.at);
  if (isWhole) cursor.pass(mark);
  // A line end that the format has around values is not theirs.
  const [opening, closing] = [keyClose.endsWith('\n'), valueClose.startsWith('\n')];
  let text = found ?? settled(rest, [mark, ...(closing ? [`\n${mark}`] : [])]);
  if (opening) text = text.replace(/^\n/, '');
  if (isWhole && closing) text = text.replace(/\n$/, '');

  const { types } = schema;
  const mayBeText = isJson === null ? types.has('string') : !isJson;
  const mayBeOther = isJson ?? [...types].some(type => type !== 'string');
  if (mayBeText && !mayBeOther) return { json: textJson(text, isWhole), isWhole };
  if (!isWhole) return { json: mayBeText ? '' : beginningJson(text), isWhole };
  const other = otherJson(text);
  if (other === null) return { json: textJson(text, true), isWhole };
  const isType = isJson === true || types.has(jsonTypeOf(JSON.parse(other)));
  return { json: !mayBeText || isType ? other : textJson(text, true), isWhole };
}

function textJson(text: string, isWhole: boolean): string {
  return isWhole ? JSON.stringify(text) : `"${inString(isHalf(text) ? text.slice(0, -1) : text)}`;
}

/** The beginning of a list or an object; nothing of any other value. */
function beginningJson(text: string): string {
  if (!/^\s*[[{]/.test(text)) return '';
  const reader = new ValueReader(text, 0, PYTHON);
  return reader.value() === 'wrong' ? '' : reader.json;
}

/** A whole value that is no text without quotes; null for anything else. */
function otherJson(text: string): string | null {
  const reader = new ValueReader(text.trim(), 0, PYTHON, true);
  const read = reader.value();
  if (read !== 'whole' || reader.at < text.trim().length) return null;
  // A bare word was made a text.
  return reader.json.startsWith('"') && !/^["']/.test(text.trim()) ? null : reader.json;
}
