import { Environment } from '@huggingface/jinja';
import { textOf } from './text.ts';
import { type FunctionValue, isMap, listOf, mapOf, numberOf, toValue, type Value } from './values.ts';

/** Length limit of `range`, the same as in Jinja2's sandbox. */
const MAX_RANGE = 100_000;

/** Functions that templates can call. `namespace` is missing here because the library has it. */
export const GLOBALS: Readonly<Record<string, FunctionValue['value']>> = {
  /** Accepts the same arguments as `namespace`. */
  dict(args, scope) {
    const namespace = new Environment().lookupVariable('namespace');
    const made = typeof namespace.value === 'function' ? namespace.value(args, scope) : toValue({});
    return mapOf(isMap(made) ? made.value : new Map());
  },
  raise_exception([message]) {
    throw new Error(message === undefined ? '' : textOf(message));
  },
  range: args => range(args.map(numberOf)),
  strftime_now: ([format]) => toValue(strftime(new Date(), textOf(format))),
};

function range(numbers: readonly (number | null)[]): Value {
  if (!numbers.every(number => Number.isInteger(number))) throw new Error('range needs whole numbers');
  const [first = 0, second, step = 1] = numbers.map(Number);
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Error('the step of a range cannot be 0');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > MAX_RANGE) throw new Error(`a range of ${length} is longer than ${MAX_RANGE}`);
  return listOf(Array.from({ length }, (_, i) => toValue(start + i * step)));
}

/** Directives of `strftime`, in English and local time. */
const DIRECTIVES: Readonly<Record<string, (date: Date) => string>> = {
  a: date => named(date, { weekday: 'short' }),
  A: date => named(date, { weekday: 'long' }),
  b: date => named(date, { month: 'short' }),
  B: date => named(date, { month: 'long' }),
  d: date => padded(date.getDate()),
  e: date => padded(date.getDate(), ' '),
  H: date => padded(date.getHours()),
  I: date => padded(date.getHours() % 12 || 12),
  m: date => padded(date.getMonth() + 1),
  M: date => padded(date.getMinutes()),
  p: date => (date.getHours() < 12 ? 'AM' : 'PM'),
  S: date => padded(date.getSeconds()),
  y: date => padded(date.getFullYear() % 100),
  Y: date => String(date.getFullYear()),
  '%': () => '%',
};

function strftime(date: Date, format: string): string {
  return format.replaceAll(/%(-?)([\w%])/g, (all, bare: string, directive: string) => {
    if (!Object.hasOwn(DIRECTIVES, directive)) return all;
    const text = DIRECTIVES[directive](date);
    return bare ? text.replace(/^[0 ](?=.)/, '') : text;
  });
}

function named(date: Date, part: Intl.DateTimeFormatOptions): string {
  return date.toLocaleString('en-US', part);
}

function padded(number: number, filler = '0'): string {
  return String(number).padStart(2, filler);
}
