import { paddedExponent, reprOf, textOf } from './text.ts';
import { numberOf, type Value } from './values.ts';

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ 0#]*)(\d+)?(?:\.(\d+))?([diuoxXeEfFgGcrsa%])/g;

/**
 * Implements Python's `template % values` with `%s`, `%5.2f`, `%(name)d` and other directives. Throws if the numbers of
 * directives and values differ.
 */
export function percentFormat(
  template: string,
  values: readonly Value[],
  named: ReadonlyMap<string, Value>,
): string {
  let nUsed = 0;
  const text = template.replaceAll(
    DIRECTIVE,
    (
      _,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === '%') return '%';
      const value = name === undefined ? values[nUsed++] : named.get(name);
      if (value === undefined)
        throw new Error(`no value for %${name === undefined ? '' : `(${name})`}${kind}`);
      const body = converted(value, kind, precision === undefined ? null : Number(precision));
      return padded(signed(body, kind, flags), kind, flags, Number(width ?? 0));
    },
  );
  if (nUsed < values.length) throw new Error(`${values.length} values for ${nUsed} directives of a format`);
  return text;
}

function converted(value: Value, kind: string, precision: number | null): string {
  switch (kind) {
    case 's':
      return textOf(value).slice(0, precision ?? undefined);
    case 'r':
    case 'a':
      return reprOf(value).slice(0, precision ?? undefined);
    case 'c':
      return typeof value.value === 'string' ? value.value : String.fromCodePoint(numeric(value, kind));
    case 'e':
    case 'E':
      return cased(exponential(numeric(value, kind), precision ?? 6), kind);
    case 'f':
    case 'F':
      return numeric(value, kind).toFixed(precision ?? 6);
    case 'g':
    case 'G':
      return cased(general(numeric(value, kind), Math.max(1, precision ?? 6)), kind);
    default: {
      const radix = kind === 'o' ? 8 : kind === 'x' || kind === 'X' ? 16 : 10;
      const digits = BigInt(Math.trunc(numeric(value, kind))).toString(radix);
      return cased(digits, kind);
    }
  }
}

function numeric(value: Value, kind: string): number {
  const number = numberOf(value);
  if (number === null) throw new Error(`%${kind} needs a number, not ${value.type}`);
  return number;
}

function cased(text: string, kind: string): string {
  return kind === kind.toUpperCase() ? text.toUpperCase() : text;
}

function exponential(number: number, nDigits: number): string {
  const [digits = '', exponent = ''] = number.toExponential(nDigits).split('e');
  return `${digits}e${paddedExponent(exponent)}`;
}

/** Formats with `nDigits` significant digits and no trailing zeros; uses an exponent if that is shorter. This is C's `%g`. */
function general(number: number, nDigits: number): string {
  const exponent = Number(number.toExponential(nDigits - 1).split('e')[1]);
  const isLong = exponent < -4 || exponent >= nDigits;
  const text = isLong ? exponential(number, nDigits - 1) : number.toFixed(nDigits - 1 - exponent);
  return text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '');
}

function signed(body: string, kind: string, flags: string): string {
  if ('srac'.includes(kind) || body.startsWith('-')) return body;
  return flags.includes('+') ? `+${body}` : flags.includes(' ') ? ` ${body}` : body;
}

function padded(body: string, kind: string, flags: string, width: number): string {
  if (flags.includes('-')) return body.padEnd(width);
  if (!flags.includes('0') || 'srac'.includes(kind)) return body.padStart(width);
  const [sign = ''] = /^[+\- ]?/.exec(body) ?? [];
  return sign + body.slice(sign.length).padStart(width - sign.length, '0');
}
