export type Words = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** What a binding holds: `size` words, all of them `fill` but for some stretches. A matrix may be large, so most of it is left out. */
export interface Contents {
  readonly size: number;
  readonly stretches: readonly Stretch[];
  /** Bits of a word; 0 by default. */
  readonly fill?: number;
}

/** Words from `at` on, again and again up to `length` of them. */
export interface Stretch {
  readonly at: number;
  readonly words: Words;
  readonly length?: number;
}

/** A range of a binding, and the values that the CPU twin gives for it. */
export interface Result {
  /** The binding, by what it held before the run. */
  readonly of: Contents;
  /** First word of the range, and its length. */
  readonly at: number;
  readonly length: number;
  readonly values: Words;
  /** Turns the words of the range into something to compare with `values`. */
  readonly read: (words: Uint32Array<ArrayBuffer>) => Words;
  /** Largest normalised mean squared error; 0 asks for equal bits. */
  readonly bound: number;
}

/** 0.25, small beside results: what a kernel must leave alone wherever no result is expected. */
const UNTOUCHED = 0x3e800000;

/**
 * Bound of products of float32: they differ from their twin by 1e-13 or so. A sum in half precision is off by 1e-7, a lost value
 * or a wrong index by far more.
 */
export const BOUND = 1e-11;
/** Bound of values that were rounded to f16, where the last bit of a float32 may tip the rounding. */
export const HALF_BOUND = 1e-6;

export function dense(words: Words): Contents {
  return { size: words.length, stretches: [{ at: 0, words }] };
}

/** Rows that begin `stride` words apart, the first at `offset`. */
export function rowsOf(rows: readonly Words[], stride: number, offset = 0): Contents {
  const stretches = rows.map((words, row) => ({ at: row * stride + offset, words }));
  return { size: rows.length * stride, stretches };
}

/** Words for a kernel to write, and what they hold before. */
export function output(size: number, stretches: readonly Stretch[] = []): Contents {
  return { size, stretches, fill: UNTOUCHED };
}

/** Floats from `at` on. */
export function floats(of: Contents, at: number, values: Float32Array<ArrayBuffer>, bound = BOUND): Result {
  return { of, at, length: values.length, values, read: asFloats, bound };
}

/** Words that have to be equal, if need be after `read`. */
export function words(
  of: Contents,
  at: number,
  values: Uint32Array<ArrayBuffer>,
  read: (words: Uint32Array<ArrayBuffer>) => Words = found => found,
): Result {
  return { of, at, length: values.length, values, read, bound: 0 };
}

export function asFloats(found: Words): Float32Array<ArrayBuffer> {
  return new Float32Array(found.buffer, found.byteOffset, found.length);
}

export function asBits(found: Words): Uint32Array<ArrayBuffer> {
  return new Uint32Array(found.buffer, found.byteOffset, found.length);
}

/** Writes what `contents` begins with to `target`, from `offset` on. */
export function writeContents(
  { size, stretches, fill = 0 }: Contents,
  target: Uint32Array,
  offset = 0,
): void {
  if (fill !== 0) target.fill(fill, offset, offset + size);
  for (const { at, words, length = words.length } of stretches) {
    const bits = asBits(words);
    for (let done = 0; done < length; done += bits.length) {
      target.set(bits.subarray(0, Math.min(bits.length, length - done)), offset + at + done);
    }
  }
}
