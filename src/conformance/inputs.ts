import { type DeferredNorm, deferredStride } from '../gpu/kernels/deferredNorm.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import { dequantize } from '../quant/dequantize.ts';
import { ROW_GROUP } from '../quant/interleave.ts';
import { randomBlocks } from '../quant/randomBlocks.ts';
import { randomValues } from '../quant/randomValues.ts';
import { repackedLayout, repackInto } from '../quant/repack.ts';
import { byteLength, GGML_TYPES, type WeightType } from '../quant/types.ts';
import { deferredNorm } from '../reference/deferredNorm.ts';
import { rmsNorm } from '../reference/rmsNorm.ts';
import { alignDown, alignUp, ceilDiv } from '../util/math.ts';

import { BOUND, type Contents, dense, floats, type Result } from './contents.ts';

/** Row of the step buffer, see shaders/lib/step.wgsl. */
export interface StepRow {
  readonly token?: number;
  readonly position?: number;
  readonly slot?: number;
}

/** Position up to which a slot's memory holds its sequence, and the one up to which a step stores it, see shaders/lib/state.wgsl. */
export interface SlotMemory {
  readonly base: number;
  readonly commit: number;
  /** First position whose hidden state is kept, see shaders/join_hidden.wgsl. */
  readonly firstState: number;
}

/** Builds the step buffer of a batch; `outputs` are indices of rows, `pageTables` and `memories` belong to the slots. */
export function stepBuffer(
  rows: readonly StepRow[],
  outputs: readonly number[] = [],
  pageTables: readonly (readonly number[])[] = [[]],
  memories: readonly SlotMemory[] = [],
): Uint32Array<ArrayBuffer> {
  let nWords = 4 * (1 + Math.max(rows.length, outputs.length));
  const tables = pageTables.map(({ length }) => {
    const table = nWords + 4;
    nWords = table + alignUp(length, 4);
    return table;
  });
  const words = new Uint32Array(nWords);
  pageTables.forEach((pages, slot) => {
    const { base, commit, firstState } = memories[slot] ?? { base: 0, commit: 0, firstState: 0 };
    words.set([slot, base, commit, firstState, ...pages], tables[slot] - 4);
  });
  words.set([rows.length, outputs.length]);
  let runStart = 0;
  rows.forEach(({ token = 0, position = 0, slot = 0 }, row) => {
    if (row > 0 && (rows[row - 1].slot ?? 0) !== slot) runStart = row;
    words.set([token, position, tables[slot] ?? 0, (row - runStart) << 16], 4 * (1 + row));
  });
  outputs.forEach((row, output) => {
    words[4 * (1 + output) + 3] |= row;
  });
  return words;
}

/** Step buffer of `count` rows at position 0, all of them outputs. */
export function plainStep(count: number): Uint32Array<ArrayBuffer> {
  return gatheredStep(numbers(count));
}

/** Step buffer of a batch whose outputs belong to these of its rows. */
export function gatheredStep(outputs: readonly number[]): Uint32Array<ArrayBuffer> {
  return stepBuffer(Array(1 + Math.max(...outputs)).fill({}), outputs);
}

/** Rows of a batch that `count` outputs belong to: all but the first, in reverse order. */
export function gathered(count: number): number[] {
  return numbers(count).map(i => count - i);
}

/** Rows at these indices of a batch, whose rows begin `stride` words apart. */
export function placedRows(
  rows: readonly Float32Array<ArrayBuffer>[],
  places: readonly number[],
  stride: number,
): Contents {
  const stretches = rows.map((words, i) => ({ at: places[i] * stride, words }));
  return { size: (1 + Math.max(...places)) * stride, stretches };
}

/** Workgroups along the rows of a weight: two, to cover the boundary between them. */
const FEW_GROUPS = 2;

/** Leading weight rows of a product that are computed, and the workgroups that compute them, in any mapping of the product. */
export interface ComputedRows {
  readonly n: number;
  readonly groupsOf: (spec: KernelSpec) => number;
}

/**
 * Weight rows, of `n`, that are computed: all, or a few, but more than `beyond` rows if there are as many. A few are a multiple of
 * four, because a sum of squares covers four rows (shaders/lib/residual.wgsl).
 */
export function computedRows(
  n: number,
  { workgroups }: KernelSpec,
  isWhole: boolean,
  beyond = 0,
): ComputedRows {
  const each = ceilDiv(n, workgroups[0]);
  const few = Math.max(FEW_GROUPS, 1 + ceilDiv(beyond, each));
  if (isWhole || few >= workgroups[0]) return { n, groupsOf: ({ workgroups }) => workgroups[0] };
  const computed = Math.min(n, alignDown(few * each, 4));
  return { n: computed, groupsOf: ({ workgroups }) => ceilDiv(computed, ceilDiv(n, workgroups[0])) };
}

/** Words for a binding that may not be empty. */
const NO_SCALES = dense(new Uint32Array(4));
/** Largest number of distinct groups of rows in a matrix; others repeat them, because quantizing takes the longest. */
const DISTINCT_GROUPS = { whole: 64, few: 12 };

export interface WeightRows {
  /** Quants and scales. */
  readonly contents: readonly [Contents, Contents];
  /** Computes the values of `n` rows from each of the starts on; slow for many rows. */
  readonly values: () => Float32Array<ArrayBuffer>[];
}

/**
 * Random matrix of rows of `k` values, of which `n` from each of `starts` on are multiplied. Other groups of rows are zero, and
 * those after the last are left out: they could fill the GPU's memory.
 */
export function weightRows(
  type: WeightType,
  k: number,
  n: number,
  { starts = [0], isWhole = false, scale = 1, used = k }: WeightRange = {},
): WeightRows {
  const groupOf = (row: number) => Math.floor(row / ROW_GROUP);
  const needed = starts.flatMap(start =>
    numbers(groupOf(start + n - 1) - groupOf(start) + 1).map(i => groupOf(start) + i),
  );
  const groups = [...new Set(needed)];
  const distinct = numbers(Math.min(groups.length, DISTINCT_GROUPS[isWhole ? 'whole' : 'few'])).map(i =>
    quantizedRows(type, k, ROW_GROUP, 10 + i, scale, used),
  );
  const rowsIn = new Map(groups.map((group, i) => [group, distinct[i % distinct.length]]));
  const contents = (which: 'quants' | 'scales'): Contents => {
    const words = repackedLayout(type, k, ROW_GROUP)[`${which}Bytes`] / 4;
    const stretches = [...rowsIn].map(([group, rows]) => ({ at: group * words, words: rows[which] }));
    return { size: words * (1 + Math.max(...groups)), stretches };
  };
  const scales = contents('scales');
  return {
    contents: [contents('quants'), scales.size > 0 ? scales : NO_SCALES],
    values: () =>
      starts.map(start => {
        const values = new Float32Array(n * k);
        for (let i = 0; i < n; i++) {
          const at = (start + i) % ROW_GROUP;
          const group = rowsIn.get(groupOf(start + i));
          if (group) values.set(group.values.subarray(at * k, (at + 1) * k), i * k);
        }
        return values;
      }),
  };
}

interface WeightRange {
  readonly starts?: readonly number[];
  /** Whether the whole matrix is multiplied. */
  readonly isWhole?: boolean;
  readonly scale?: number;
  /** Number of leading values of a row that are not zero. */
  readonly used?: number;
}

function quantizedRows(
  type: WeightType,
  k: number,
  nRows: number,
  seed: number,
  scale: number,
  used: number,
) {
  const bytes = randomBlocks(type, k * nRows, seed, scale);
  for (let row = 0; used < k && row < nRows; row++)
    bytes.fill(0, byteLength(type, row * k + used), byteLength(type, (row + 1) * k));
  return { ...repackInto(type, bytes, k, nRows), values: dequantize(type, bytes) };
}

/** Shortest row length of a type that is not a multiple of anything: an odd number of blocks, and no whole block for floats. */
export function awkwardK(type: WeightType): number {
  const { blockLength } = GGML_TYPES[type];
  return blockLength === 1 ? 172 : blockLength * (blockLength === 32 ? 5 : 3);
}

/** Blocks of 32 values in a row of `k`. */
export function blocksOf(k: number): number {
  return ceilDiv(k, 32);
}

/** Rows of a batch as input of a product, and the values of each that it multiplies. */
export interface Activations {
  readonly src: readonly Float32Array<ArrayBuffer>[];
  readonly x: readonly Float32Array<ArrayBuffer>[];
}

/** Rows of `k` values, each the same whatever the other rows are. With a deferred norm the product uses normalised rows. */
export function activations(k: number, rows: readonly number[], norm?: DeferredNorm, scale = 1): Activations {
  if (!norm) {
    const x = rows.map(row => randomValues(k, 50 + row, scale));
    return { src: x, x };
  }
  const x = rows.map(row => randomValues(norm.k, 50 + row, scale));
  const weight = randomValues(norm.k, 49, scale);
  return {
    src: x.map(row => deferredNorm(row, weight, norm.k)),
    x: x.map(row => padded(rmsNorm(row, weight, norm.k, norm.eps), k)),
  };
}

/** `values` with zeros up to `length`. */
export function padded(values: Float32Array, length = alignUp(values.length, 32)): Float32Array<ArrayBuffer> {
  const all = new Float32Array(length);
  all.set(values);
  return all;
}

/**
 * Expected row with a deferred norm, or its part from `offset` on within `stride` values: weight · x, then the sums of squares.
 */
export function deferredRow(
  next: Contents,
  row: number,
  x: Float32Array<ArrayBuffer>,
  weight: Float32Array<ArrayBuffer>,
  stride: number,
  offset = 0,
): Result[] {
  const at = row * deferredStride(stride);
  const deferred = deferredNorm(x, weight, x.length);
  const sums = alignUp(x.length, 32);
  return [
    floats(next, at + offset, deferred.slice(0, x.length), BOUND),
    floats(next, at + stride + offset / 4, deferred.slice(sums, sums + ceilDiv(x.length, 4)), BOUND),
  ];
}

export function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Row number `row` of concatenated rows of `length` values. */
export function rowOf(all: Float32Array, row: number, length: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(all.subarray(row * length, (row + 1) * length));
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Bits of a float, for bindings that mix both. */
export function bitsOf(value: number): number {
  return new Uint32Array(new Float32Array([value]).buffer)[0];
}
