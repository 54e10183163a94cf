import { type AnswerCall, NO_ANSWER } from '../answer.ts';
import type { ReadAnswer } from '../answerReader.ts';
import { settled } from '../marks.ts';
import { Cursor, type Found } from './cursor.ts';
import { type CallShape, firstWord, type ToolFormat } from './toolFormat.ts';

/** Reads calls in a format, and what is said before them. A text that is no call is content. */
export function withCalls(format: ToolFormat): ReadAnswer {
  return (text, isWhole) => {
    const start = findCalls(text, format);
    const calls = start === null ? [] : callsAt(text, start, format);
    if (calls === 'none' || start === null) return { ...NO_ANSWER, content: plain(text, isWhole, format) };
    if (calls.length === 0 && isWhole) return { ...NO_ANSWER, content: text };
    const content = firstWord(format) === '' ? '' : text.slice(0, start).trimEnd();
    return { ...NO_ANSWER, content, calls };
  };
}

/** Where calls may begin in a text; null if they do not yet. */
export function findCalls(text: string, format: ToolFormat): number | null {
  const word = firstWord(format);
  if (word === '') {
    const { found, at } = openObject(text, format);
    return found === 'yes' ? at : null;
  }
  const at = text.indexOf(word);
  return at < 0 ? null : at;
}

/** Some models announce JSON with the token for code. */
const CODE = '<|python_tag|>';

/** Whether a text begins with the object of a call, and where. */
function openObject(text: string, { call }: ToolFormat): { found: Found; at: number } {
  const cursor = new Cursor(text);
  if (cursor.pass(CODE) === 'more') return { found: 'more', at: 0 };
  cursor.skipSpace();
  const { at } = cursor;
  return { found: call.kind === 'object' ? cursor.pass(`{ "${call.name}" :`) : 'no', at };
}

/** Content without what may yet become the beginning of calls, and without white space that would be before them. */
function plain(text: string, isWhole: boolean, format: ToolFormat): string {
  if (isWhole) return text;
  const word = firstWord(format);
  if (word !== '') return settled(text, [word]).trimEnd();
  return openObject(text, format).found === 'more' ? '' : text.trimEnd();
}

/** The calls from `start` on whose names are known; 'none' for what turns out to be none at all. */
function callsAt(text: string, start: number, format: ToolFormat): readonly AnswerCall[] | 'none' {
  const cursor = new Cursor(text, start);
  const calls: AnswerCall[] = [];
  const begun = cursor.pass(format.begin);
  if (begun !== 'yes') return begun === 'no' ? 'none' : calls;
  for (;;) {
    const read = readCall(cursor, format.call);
    if (read === 'none') return calls.length === 0 ? 'none' : calls;
    if (read.call !== null) calls.push(read.call);
    if (!read.isWhole || format.separator === null) return calls;
    if (cursor.pass(format.separator) !== 'yes') return calls;
  }
}

interface ReadCall {
  /** Null while the name is not known. */
  readonly call: AnswerCall | null;
  readonly isWhole: boolean;
}

const UNKNOWN: ReadCall = { call: null, isWhole: false };

function readCall(cursor: Cursor, shape: CallShape): ReadCall | 'none' {
  const opened = cursor.pass(shape.open);
  if (opened !== 'yes') return opened === 'no' ? 'none' : UNKNOWN;
  const read = shape.kind === 'object' ? readObject(cursor, shape) : readNamed(cursor, shape.between);
  if (read === 'none' || !read.isWhole) return read;
  return { ...read, isWhole: cursor.pass(shape.close) === 'yes' };
}

function readNamed(cursor: Cursor, between: string): ReadCall | 'none' {
  const name = cursor.until(between);
  if (name === null) return UNKNOWN;
  cursor.pass(between);
  const { text, isWhole } = cursor.value();
  if (text === '') return UNKNOWN;
  if (!text.startsWith('{')) return 'none';
  return { call: { name: name.trim(), arguments: text }, isWhole };
}

function readObject(cursor: Cursor, shape: { name: string; arguments: string }): ReadCall | 'none' {
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
      if (value.isWhole) name = stringOf(value.text);
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
