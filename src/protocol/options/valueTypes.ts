/** Permitted values of an option, and their spelling on a command line. */
export interface ValueType<T> {
  readonly kind: 'boolean' | 'number' | 'text' | 'list' | 'record' | 'other';
  /** Description of the permitted values, which completes "must be". */
  readonly expected: string;
  accepts(value: unknown): value is T;
  /** Reads an argument of a command line. The result still has to be accepted. */
  read(text: string): unknown;
  /** Type of the elements of a list. */
  readonly element?: ValueType<unknown>;
  /** Words of llama-server for features that are not built. */
  readonly unsupported?: Unsupported;
}

interface Unsupported {
  readonly words: readonly string[];
  readonly reason: string;
}

export const boolean: ValueType<boolean> = {
  kind: 'boolean',
  expected: 'true or false',
  accepts: (value): value is boolean => typeof value === 'boolean',
  read: text => text === 'true',
};

export function integer(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): ValueType<number> {
  return {
    kind: 'number',
    expected: `a whole number${range(min, max)}`,
    accepts: (value): value is number => Number.isSafeInteger(value) && isBetween(value, min, max),
    read: text => (/^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN),
  };
}

export function number(min = -Number.MAX_VALUE, max = Number.MAX_VALUE): ValueType<number> {
  return {
    kind: 'number',
    expected: `a number${range(min, max)}`,
    accepts: (value): value is number => isBetween(value, min, max),
    read: text => (text.trim() === '' ? Number.NaN : Number(text)),
  };
}

export function word<const Word extends string>(
  words: readonly Word[],
  unsupported?: Unsupported,
): ValueType<Word> {
  return {
    kind: 'text',
    expected: words.map(each => `'${each}'`).join(' or '),
    accepts: (value): value is Word => words.some(each => each === value),
    read: text => text,
    ...(unsupported && { unsupported }),
  };
}

export const text: ValueType<string> = {
  kind: 'text',
  expected: 'a text that is not empty',
  accepts: (value): value is string => typeof value === 'string' && value !== '',
  read: given => given,
};

export const anyText: ValueType<string> = {
  ...text,
  expected: 'a text',
  accepts: (value): value is string => typeof value === 'string',
};

export function list<T>(element: ValueType<T>): ValueType<readonly T[]> {
  return {
    kind: 'list',
    expected: `a list, each element ${element.expected}`,
    accepts: (value): value is readonly T[] => Array.isArray(value) && value.every(element.accepts),
    read: given => given,
    element,
  };
}

export const textOrTexts: ValueType<string | readonly string[]> = {
  ...list(text),
  expected: 'a list of texts that are not empty',
  accepts: (value): value is string | readonly string[] =>
    text.accepts(value) || (Array.isArray(value) && value.every(text.accepts)),
};

export const json: ValueType<unknown> = {
  kind: 'other',
  expected: 'JSON',
  accepts: (value): value is unknown => value !== undefined,
  read(given) {
    try {
      return JSON.parse(given);
    } catch {
      return undefined;
    }
  },
};

export const record: ValueType<Readonly<Record<string, unknown>>> = {
  ...json,
  kind: 'record',
  expected: 'an object',
  accepts: (value): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
};

function isBetween(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function range(min: number, max: number): string {
  if (min <= Number.MIN_SAFE_INTEGER) return '';
  return max === Number.MAX_VALUE ? ` from ${min}` : ` from ${min} to ${max}`;
}
