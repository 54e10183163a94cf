import { isJsonObject, type JsonObject } from '../../http/json.ts';
import type { JinjaTemplate } from '../jinja/jinjaTemplate.ts';
import { Cursor } from './cursor.ts';
import {
  ID_LENGTHS,
  KEYS,
  NAMES,
  NUMBER,
  ONE,
  type Probe,
  probeCall,
  probeOf,
  TEXT,
} from './templateProbe.ts';
import { commonPrefix, commonSuffix, wholeTags } from './textDifference.ts';
import {
  type ArgumentsNotation,
  type CallShape,
  gemmaValues,
  PYTHON,
  type TaggedNotation,
  type ToolFormat,
} from './toolFormat.ts';

/**
 * Derives the format of tool calls from a template: renders calls that differ in one part and reads the text around names and
 * arguments from the differences. Null if the template writes no calls, or in a way that `ToolFormat` cannot express.
 */
export function deriveFormat(template: JinjaTemplate): ToolFormat | null {
  for (const idLength of ID_LENGTHS) {
    for (const writeArguments of [(args: JsonObject) => args, JSON.stringify]) {
      const probe = probeOf(template, idLength, writeArguments);
      const one = probe([ONE]);
      const shape = one === null ? null : (objectShape(one) ?? namedShape(one, probe));
      if (shape === null) continue;
      return { ...delimited(shape, probe), ...(idLength !== ID_LENGTHS[0] && { idLength }) };
    }
  }
  return null;
}

/** Shape of calls, and the text of a call between the shape's delimiters. */
interface Shaped {
  readonly call: CallShape;
  /** Finds the body of the next call at or behind `from`. */
  bodyOf(text: string, name: string, from: number): { readonly start: number; readonly end: number } | null;
}

function objectShape(text: string): Shaped | null {
  const body = objectWith(NAMES[0], text, 0);
  if (body === null) return null;
  let [name, args, number, id]: (string | undefined)[] = [];
  for (const [key, value] of Object.entries(body.object)) {
    if (value === NAMES[0]) name = key;
    else if (JSON.stringify(value)?.includes(TEXT)) args = key;
    else if (name === undefined && /^\d$/.test(String(value))) number = key;
    else if (/^1+$/.test(String(value))) id = key;
  }
  if (name === undefined || args === undefined) return null;
  return {
    call: {
      kind: 'object',
      open: '',
      close: '',
      name,
      arguments: args,
      ...(number !== undefined && { number }),
      ...(id !== undefined && { id }),
    },
    bodyOf: (of, called, from) => objectWith(called, of, from),
  };
}

/** Finds the JSON object, at or behind `from`, that has `value` among its values. */
function objectWith(value: string, text: string, from: number) {
  for (let start = text.indexOf('{', from); start >= 0; start = text.indexOf('{', start + 1)) {
    const found = objectAt(text, start);
    if (found && Object.values(found.object).includes(value)) return { start, ...found };
  }
  return null;
}

function objectAt(text: string, start: number): { object: JsonObject; end: number } | null {
  const cursor = new Cursor(text, start);
  const { text: json, isWhole } = cursor.value();
  try {
    const object: unknown = JSON.parse(json);
    return isWhole && isJsonObject(object) ? { object, end: cursor.at } : null;
  } catch {
    return null;
  }
}

function namedShape(one: string, probe: Probe): Shaped | null {
  const rest = behind(one, NAMES[0]);
  const found = jsonArguments(rest) ?? pairArguments(rest) ?? taggedArguments(rest, probe);
  if (found === null) return null;
  const { between, notation, closing } = found;
  return {
    call: { kind: 'named', open: '', between, close: '', arguments: notation },
    bodyOf(text, name, from) {
      const start = text.indexOf(name, from);
      const last = text.indexOf(TEXT, start);
      if (start < 0 || last < 0) return null;
      return { start, end: last + TEXT.length + closing };
    },
  };
}

interface FoundArguments {
  readonly between: string;
  readonly notation: ArgumentsNotation;
  /** Number of characters behind the probe's last text that still belong to the arguments. */
  readonly closing: number;
}

function jsonArguments(rest: string): FoundArguments | null {
  const start = rest.indexOf('{');
  const found = start < 0 ? null : objectAt(rest, start);
  if (found?.object[KEYS[0]] !== TEXT) return null;
  const closing = found.end - rest.indexOf(TEXT) - TEXT.length;
  return { between: words(rest.slice(0, start)), notation: { kind: 'json' }, closing };
}

/** Recognises `(key='text')` and `{key:"text"}` with any quotes. */
function pairArguments(rest: string): FoundArguments | null {
  const [before, value] = [upTo(rest, KEYS[0]), behind(rest, KEYS[0])];
  const assign = value.trimStart()[0];
  if ((assign !== '=' && assign !== ':') || !/[({]\s*$/.test(before)) return null;
  const quote = upTo(value, TEXT).trimStart().slice(1).trim();
  if (quote === '' || !behind(value, TEXT).startsWith(quote)) return null;
  const values = PYTHON.quotes.includes(quote) ? PYTHON : gemmaValues(quote);
  return {
    between: words(before),
    notation: { kind: 'pairs', assign, values },
    closing: quote.length,
  };
}

function taggedArguments(rest: string, probe: Probe): FoundArguments | null {
  const twice = probe([probeCall(NAMES[0], { [KEYS[0]]: TEXT, [KEYS[1]]: TEXT })]);
  const counted = probe([probeCall(NAMES[0], { [KEYS[0]]: NUMBER })]);
  if (twice === null || counted === null) return null;
  if (!twice.includes(KEYS[1]) || !counted.includes(String(NUMBER))) return null;
  const keyClose = upTo(behind(rest, KEYS[0]), TEXT);
  const tail = behind(rest, TEXT);
  const middle = upTo(behind(twice, TEXT), KEYS[1]);
  const valueClose = wholeTags(commonPrefix(middle, tail)).trimEnd();
  const keyOpen = middle.slice(valueClose.length).trim();
  const head = upTo(rest, KEYS[0]);
  if (keyOpen === '' || valueClose === '' || !head.endsWith(keyOpen)) return null;
  const notation: TaggedNotation = {
    kind: 'tagged',
    keyOpen,
    keyClose,
    jsonKeyClose: upTo(behind(counted, KEYS[0]), String(NUMBER)),
    valueClose,
  };
  return { between: words(head.slice(0, -keyOpen.length)), notation, closing: valueClose.length };
}

/** Separates the delimiters of one call from those around all calls, by the text between two calls. */
function delimited({ call: shape, bodyOf }: Shaped, probe: Probe): ToolFormat {
  const [one, two] = [probe([ONE]) ?? '', probe([ONE, { ...ONE, name: NAMES[1] }]) ?? ''];
  const only = bodyOf(one, NAMES[0], 0);
  const [before, after] = only ? [one.slice(0, only.start), one.slice(only.end)] : ['', ''];
  const first = bodyOf(two, NAMES[0], 0);
  const second = first && bodyOf(two, NAMES[1], first.end);
  if (!first || !second) {
    return formatOf(shape, { begin: '', open: before, close: '', end: after, separator: null });
  }
  const middle = two.slice(first.end, second.start);
  const open = commonSuffix(before, middle).replace(/^[^<]*>/, '');
  const close = wholeTags(commonPrefix(after, middle.slice(0, middle.length - open.length)));
  return formatOf(shape, {
    begin: before.slice(0, before.length - open.length),
    open,
    close,
    separator: middle.slice(close.length, middle.length - open.length),
    end: after.slice(close.length),
  });
}

interface Delimiters {
  readonly begin: string;
  readonly open: string;
  readonly close: string;
  readonly end: string;
  readonly separator: string | null;
}

function formatOf(shape: CallShape, { begin, open, close, end, separator }: Delimiters): ToolFormat {
  const around = { open: words(open), close: words(close) };
  return {
    begin: words(begin),
    end: words(end),
    separator: separator === null ? null : words(separator),
    call: shape.kind === 'channel' ? shape : { ...shape, ...around },
  };
}

/** Separates tags and brackets by spaces. */
function words(text: string): string {
  const apart = text.replaceAll(/([>\]}])(?=[<[{])/g, '$1 ');
  return apart.trim().replaceAll(/\s+/g, ' ');
}

function upTo(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}

function behind(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? '' : text.slice(at + mark.length);
}
