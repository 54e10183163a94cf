import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { type AnswerCall, NO_ANSWER } from '../answer.ts';
import type { ReadAnswer } from '../answerReader.ts';
import { settled } from '../marks.ts';
import { findChannelCall } from './channels.ts';
import { Cursor, type Found } from './cursor.ts';
import { readTagged } from './taggedReader.ts';
import { firstWord, type NamedCall, type ObjectCall, type ToolFormat } from './toolFormat.ts';
import { ToolSchema } from './toolSchema.ts';
import { ValueReader } from './valueReader.ts';

/** Callable tools by name. */
export type CallableTools = ReadonlyMap<string, ToolSchema>;

export function callableTools(tools: readonly JsonObject[]): CallableTools {
  return new Map(
    tools.map(tool => {
      const { name, parameters }: JsonObject = isJsonObject(tool.function) ? tool.function : {};
      return [String(name), new ToolSchema(parameters ?? {})];
    }),
  );
}

/** Parses calls in a format, and the content before them. Text that is not a call is content. */
export function withCalls(format: ToolFormat, tools: CallableTools): ReadAnswer {
  return (text, isWhole) => {
    const found = readCalls(text, format, tools);
    if (found === null) return { ...NO_ANSWER, content: plain(text, isWhole, format, tools) };
    const { start, calls } = found;
    if (calls.length === 0 && isWhole) return { ...NO_ANSWER, content: text };
    const content = firstWord(format) === '' ? '' : text.slice(0, start).trimEnd();
    return { ...NO_ANSWER, content, calls };
  };
}

/** Index where calls may begin; null if there is none yet. */
export function findCalls(text: string, format: ToolFormat, tools: CallableTools): number | null {
  if (format.call.kind === 'channel') return findChannelCall(text);
  return readCalls(text, format, tools)?.start ?? null;
}

interface FoundCalls {
  readonly start: number;
  /** Calls of known tools. */
  readonly calls: readonly AnswerCall[];
}

/** Finds the first place that is, or may become, the beginning of calls, and parses the calls from there. */
function readCalls(text: string, format: ToolFormat, tools: CallableTools): FoundCalls | null {
  const word = firstWord(format);
  if (word === '') {
    const { found, at } = openCall(text, format, tools);
    const calls = found === 'yes' ? callsAt(text, at, format, tools) : 'none';
    return calls === 'none' ? null : { start: at, calls };
  }
  for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + 1)) {
    const calls = callsAt(text, start, format, tools);
    if (calls !== 'none') return { start, calls };
  }
  return null;
}

/** Some models put the token for code in front of JSON. */
const CODE = '<|python_tag|>';

/** Finds a call without an introducing word at the start of a text. */
function openCall(
  text: string,
  { begin, call }: ToolFormat,
  tools: CallableTools,
): { found: Found; at: number } {
  const cursor = new Cursor(text);
  if (cursor.pass(CODE) === 'more') return { found: 'more', at: 0 };
  cursor.skipSpace();
  const { at } = cursor;
  const beginnings =
    call.kind === 'object'
      ? [call.name, 'type'].map(key => `${begin} { "${key}" :`)
      : [...tools.keys()].map(name => `${begin} ${name} ${call.kind === 'named' ? call.between : ''}`);
  const found = beginnings.map(words => {
    cursor.at = at;
    return cursor.pass(words);
  });
  return { found: found.find(each => each === 'yes') ?? found.find(each => each === 'more') ?? 'no', at };
}

/** Content without a possible beginning of calls and the white space before it. */
function plain(text: string, isWhole: boolean, format: ToolFormat, tools: CallableTools): string {
  if (isWhole) return text;
  const word = firstWord(format);
  if (word !== '') return settled(text, [word]).trimEnd();
  return openCall(text, format, tools).found === 'more' ? '' : text.trimEnd();
}

/** Parses the calls from `start` and returns those of known tools; 'none' if there is no call at all. */
function callsAt(
  text: string,
  start: number,
  format: ToolFormat,
  tools: CallableTools,
): readonly AnswerCall[] | 'none' {
  const cursor = new Cursor(text, start);
  const calls: AnswerCall[] = [];
  const begun = cursor.pass(format.begin);
  if (begun !== 'yes') return begun === 'no' ? 'none' : calls;
  for (;;) {
    const read = readCall(cursor, format, tools);
    if (read === 'none') return calls.length === 0 ? 'none' : calls;
    if (read.call !== null) calls.push(read.call);
    if (!read.isWhole || format.separator === null) return calls;
    if (cursor.pass(format.separator) !== 'yes') return calls;
  }
}

interface ReadCall {
  /** Null while the name is unknown. */
  readonly call: AnswerCall | null;
  readonly isWhole: boolean;
}

const UNKNOWN: ReadCall = { call: null, isWhole: false };

function readCall(cursor: Cursor, { call: shape }: ToolFormat, tools: CallableTools): ReadCall | 'none' {
  const opened = cursor.pass(shape.open);
  if (opened !== 'yes') return opened === 'no' ? 'none' : UNKNOWN;
  if (shape.kind === 'channel') return 'none';
  const read = shape.kind === 'object' ? readObject(cursor, shape, tools) : readNamed(cursor, shape, tools);
  if (read === 'none' || !read.isWhole) return read;
  return { ...read, isWhole: cursor.pass(shape.close) === 'yes' };
}

function readNamed(cursor: Cursor, shape: NamedCall, tools: CallableTools): ReadCall | 'none' {
  const head = readHead(cursor, shape);
  if (head === null) return UNKNOWN;
  const schema = tools.get(head.name);
  if (schema === undefined) return 'none';
  const between = cursor.pass(shape.between);
  if (between !== 'yes') return between === 'no' ? 'none' : UNKNOWN;
  const known = (json: string, isWhole: boolean): ReadCall => ({
    call: { ...head, arguments: json },
    isWhole,
  });
  switch (shape.arguments.kind) {
    case 'json': {
      const { text, isWhole } = cursor.value();
      if (text === '') return UNKNOWN;
      return text.startsWith('{') ? known(text, isWhole) : 'none';
    }
    case 'tagged': {
      const { json, isWhole } = readTagged(cursor, shape.arguments, schema);
      return known(json, isWhole);
    }
    case 'pairs': {
      const reader = new ValueReader(cursor.text, cursor.at, shape.arguments.values);
      const read = reader.members(shape.arguments.assign);
      cursor.at = reader.at;
      return read === 'wrong' ? 'none' : known(reader.json, read === 'whole');
    }
  }
}

/** Parses name and id, up to the text behind them; null while they are incomplete. */
function readHead(cursor: Cursor, shape: NamedCall): { name: string; id?: string } | null {
  const head = cursor.untilAny(marksBehindName(shape));
  if (head === null) return null;
  if (shape.id === undefined) return { name: head.trim() };
  const { mark, isWhole } = shape.id;
  const at = head.lastIndexOf(mark);
  const name = (at < 0 ? head : head.slice(0, at)).trim();
  if (at < 0) return { name };
  if (!isWhole) return { name, id: head.slice(at + mark.length).trim() };
  const prefix = shape.open.slice(shape.open.lastIndexOf('>') + 1);
  return { name, id: prefix + head.trim() };
}

function marksBehindName({ between, close, arguments: notation }: NamedCall): readonly string[] {
  if (between !== '') return [between.split(' ')[0]];
  const [closing] = close.split(' ');
  const opening = notation.kind === 'tagged' ? notation.keyOpen.split(' ')[0] : '{';
  return closing === '' ? [opening] : [opening, closing];
}

function readObject(cursor: Cursor, shape: ObjectCall, tools: CallableTools): ReadCall | 'none' {
  let name: string | null = null;
  let given = '';
  const known = (isWhole: boolean): ReadCall => ({
    call: name === null ? null : { name, arguments: given },
    isWhole,
  });
  const opened = cursor.pass('{');
  if (opened !== 'yes') return opened === 'no' ? 'none' : UNKNOWN;
  for (;;) {
    const key = cursor.value();
    if (key.text !== '' && !key.text.startsWith('"')) return 'none';
    if (!key.isWhole) return known(false);
    const colon = cursor.pass(':');
    if (colon !== 'yes') return colon === 'no' ? 'none' : known(false);
    const value = cursor.value();
    if (key.text === `"${shape.name}"`) {
      if (value.text !== '' && !value.text.startsWith('"')) return 'none';
      if (value.isWhole) {
        name = stringOf(value.text);
        if (name === null || !tools.has(name)) return 'none';
      }
    } else if (key.text === `"${shape.arguments}"`) given = value.text;
    if (!value.isWhole) return known(false);
    if (cursor.pass(',') === 'yes') continue;
    const closed = cursor.pass('}');
    if (closed === 'no' || (closed === 'yes' && name === null)) return 'none';
    return known(closed === 'yes');
  }
}

function stringOf(json: string): string | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}
