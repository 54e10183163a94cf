import { settled } from '../marks.ts';
import type { Cursor } from './cursor.ts';
import { PYTHON, type TaggedNotation } from './toolFormat.ts';
import { jsonTypeOf, type ToolSchema } from './toolSchema.ts';
import { inString, isHalf, ValueReader } from './valueReader.ts';

export interface ReadArguments {
  /** JSON of the arguments; its beginning while they are incomplete. */
  readonly json: string;
  readonly isWhole: boolean;
}

/**
 * Parses arguments in elements, up to the first text that is not an element, and converts them to JSON by the types of the
 * schema.
 */
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

/** Parses the key. `isJson`: value type according to the marks; null if they do not show it. */
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
  // The format puts line breaks around values; they are not part of the value.
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

/** JSON of the beginning of a list or an object; '' for other values. */
function beginningJson(text: string): string {
  if (!/^\s*[[{]/.test(text)) return '';
  const reader = new ValueReader(text, 0, PYTHON);
  return reader.value() === 'wrong' ? '' : reader.json;
}

/** JSON of a complete value that is not an unquoted text; null otherwise. */
function otherJson(text: string): string | null {
  const reader = new ValueReader(text.trim(), 0, PYTHON, true);
  const read = reader.value();
  if (read !== 'whole' || reader.at < text.trim().length) return null;
  // An unquoted word was read as text.
  return reader.json.startsWith('"') && !/^["']/.test(text.trim()) ? null : reader.json;
}
