import type { KernelSpec } from '../gpu/pipelines.ts';

export type Words = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** What a binding holds: `size` words, zero but for some stretches. Weights lie far apart where a matrix is large. */
export interface Contents {
  readonly size: number;
  readonly stretches: readonly { readonly at: number; readonly words: Words }[];
}

/** What a row of the batch has to come out as. */
export interface ExpectedRow {
  /** What the CPU twin gives. */
  readonly values: Words;
  /** The same of the words of all bindings, as they were read back; those that are only read are empty. */
  readonly read: (bindings: readonly Uint32Array<ArrayBuffer>[]) => Words;
  /** Largest normalised mean squared error; 0 asks for equal bits. */
  readonly bound: number;
}

/**
 * A compiled kernel run once on a few rows: its own sizes, but only as many workgroups as `workgroups` says. That is asked
 * for the kernel itself and for those that differ from it only in how many rows they take at a time, and no more than it.
 */
export interface Trial {
  readonly workgroups: (spec: KernelSpec) => readonly [number, number, number];
  /** Contents of binding 0, 1, … before the run. */
  readonly bindings: readonly Contents[];
  /** One for each row of the batch. A row may have several results. */
  readonly rows: readonly (readonly ExpectedRow[])[];
}

/**
 * Makes the trial of a kernel with a batch of `rows`. They are numbers of rows that have the same contents in every batch,
 * so that a row in a batch can be compared with the same row alone.
 */
export type TrialMaker = (spec: KernelSpec, rows: readonly number[]) => Trial;

/**
 * Products of float32 differ from their twin by 1e-13 or so, with a coarse `exp` by 1e-11. A sum in half precision is off by
 * 1e-7, a lost value or a wrong index by far more.
 */
export const BOUND = 1e-9;
/** Of values that were rounded to f16, where the last bit of a float32 may tip the rounding. */
export const HALF_BOUND = 1e-6;

export function dense(words: Words): Contents {
  return { size: words.length, stretches: [{ at: 0, words }] };
}

export function zeros(size: number): Contents {
  return { size, stretches: [] };
}

/** Reads `length` floats from `at` of a binding. */
export function floatsAt(binding: number, at: number, length: number): ExpectedRow['read'] {
  return bindings => new Float32Array(bindings[binding].slice(at, at + length).buffer);
}
