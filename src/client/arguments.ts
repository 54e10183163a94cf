import { ForetokenError } from '../util/errors.ts';

/** Throws `invalid_option` unless `value` is an object: a page in JavaScript may give anything. */
export function checkObject(name: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) throw wrongKind(name, 'an object', value);
}

/** Checks the options of a call that stay in the page. Throws `invalid_option`. */
export function checkCall(options: unknown): void {
  checkObject('options', options);
  const values: Readonly<Record<string, unknown>> = { ...options };
  for (const name of ['worker', 'onProgress', 'onLog']) {
    const value = values[name];
    if (value !== undefined && typeof value !== 'function') throw wrongKind(name, 'a function', value);
  }
  // Signals of other windows are no instances of this one's class.
  const { signal } = values;
  if (signal === undefined || (typeof signal === 'object' && signal !== null && 'throwIfAborted' in signal))
    return;
  throw wrongKind('signal', 'an AbortSignal', signal);
}

/** Error for a value of the wrong kind. */
export function wrongKind(name: string, expected: string, value: unknown): ForetokenError {
  const given = value === null ? 'null' : typeof value;
  return new ForetokenError('invalid_option', `${name} must be ${expected}; got ${given}`);
}
