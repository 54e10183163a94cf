export type Words = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * Contents of a binding: `size` words, equal to `fill` except for some stretches. Most of a large matrix can thus be left out.
 */
export interface Contents {
  readonly size: number;
  readonly stretches: readonly Stretch[];
  /** Bits of a word; 0 by default. */
  readonly fill?: number;
}

/** Words from `at` on, repeated up to `length` of them. */
export interface Stretch {
  readonly at: number;
  readonly words: Words;
  readonly length?: number;
}

/** Range of a binding, and the values of the CPU twin for it. */
export interface Result {
  /** Contents of the binding before the run, which identify it. */
  readonly of: Contents;
  /** First word of the range, and its length. */
  readonly at: number;
  readonly length: number;
  readonly values: Words;
  /** Converts the words of the range for the comparison with `values`. */
  readonly read: (words: Uint32Array<ArrayBuffer>) => Words;
  /** Largest normalised mean squared error; 0 requires equal bits. */
  readonly bound: number;
}

/** 0.25, small beside results: marks words that a kernel must leave unchanged. */
const UNTOUCHED = 0x3e800000;

/**
 * Bound of products of float32: they differ from their twin by about 1e-13. A sum in half precision is off by 1e-7, a lost value
 * or a wrong index by far more.
 */
export const BOUND = 1e-11;
/** Bound of values rounded to f16, where the last bit of a float32 may change the rounding. */
export const HALF_BOUND = 1e-6;

export function dense(words: Words): Contents {
  return { size: words.length, stretches: [{ at: 0, words }] };
}

/** Rows that begin `stride` words apart, the first at `offset`. */
export function rowsOf(rows: readonly Words[], stride: number, offset = 0): Contents {
  const stretches = rows.map((words, row) => ({ at: row * stride + offset, words }));
  return { size: rows.length * stride, stretches };
}

/** Words for a kernel to write, with their contents before the run. */
export function output(size: number, stretches: readonly Stretch[] = []): Contents {
  return { size, stretches, fill: UNTOUCHED };
}

/** Floats from `at` on. */
export function floats(of: Contents, at: number, values: Float32Array<ArrayBuffer>, bound = BOUND): Result {
  return { of, at, length: values.length, values, read: asFloats, bound };
}

/** Words that must be equal, after `read` if given. */
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

/** Writes the beginning of `contents` to `target`, from `offset` on. */
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
