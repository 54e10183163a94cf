import { isList, isMap, isNone, isNumber, isText, isUndefined, toValue, type Value } from './values.ts';

/** Python's `str` of a value, which is the text that Jinja2 prints. */
export function textOf(value: Value): string {
  if (isText(value)) return value.value;
  return isUndefined(value) ? '' : reprOf(value);
}

/** Python's `repr` of a value, used inside lists and mappings. */
export function reprOf(value: Value): string {
  if (isText(value)) return quoted(value.value);
  if (isNumber(value)) return value.type === 'FloatValue' ? floatText(value.value) : integerText(value.value);
  if (isList(value)) {
    const items = value.value.map(reprOf);
    if (value.type !== 'TupleValue') return `[${items.join(', ')}]`;
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
  }
  if (isMap(value)) {
    const members = Array.from(value.value, ([key, member]) => `${reprOf(toValue(key))}: ${reprOf(member)}`);
    const text = `{${members.join(', ')}}`;
    return value.type === 'NamespaceValue' ? `<Namespace ${text}>` : text;
  }
  if (typeof value.value === 'boolean') return value.value ? 'True' : 'False';
  if (isNone(value)) return 'None';
  return isUndefined(value) ? 'Undefined' : '<function>';
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** Quotes a text; prefers single quotes, and double quotes where those avoid an escape. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replaceAll(/[\\'"]|(?! )[\p{C}\p{Z}]/gu, char => {
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char;
    return ESCAPES[char] ?? codeEscape(char.codePointAt(0) ?? 0);
  });
  return quote + body + quote;
}

function codeEscape(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Writes all digits of an integer, without an exponent. */
function integerText(number: number): string {
  return Number.isInteger(number) ? BigInt(number).toString() : String(number);
}

/** Shortest digits that represent the number, with an exponent below 1e-4 and from 1e16 on. */
function floatText(number: number): string {
  if (Number.isNaN(number)) return 'nan';
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf';
  const [digits = '', exponent = ''] = number.toExponential().split('e');
  if (number !== 0 && (Number(exponent) < -4 || Number(exponent) >= 16)) {
    return `${digits}e${paddedExponent(exponent)}`;
  }
  const sign = Object.is(number, -0) ? '-' : '';
  return sign + (Number.isInteger(number) ? `${number}.0` : String(number));
}

/** Pads an exponent to two digits as C does: `+7` → `+07`. */
export function paddedExponent(exponent: string): string {
  return exponent.replace(/^([+-])(\d)$/, '$10$2');
}
