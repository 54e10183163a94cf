import { dequantize } from '../quant/dequantize.ts';
import { randomBlocks } from '../quant/randomBlocks.ts';
import { repackInto } from '../quant/repack.ts';
import { byteLength, GGML_TYPES, type WeightType } from '../quant/types.ts';
import { alignUp } from '../util/math.ts';

/** Words of a binding of u32s or vec4s that may not be empty. */
const NO_SCALES = new Uint32Array(4);

/** A row of the step buffer, see shaders/lib/step.wgsl. */
export interface StepRow {
  readonly token?: number;
  readonly position?: number;
  readonly slot?: number;
}

/** The step buffer for a batch; `outputs` are indices of rows, and `pageTables` those of the slots. */
export function stepBuffer(
  rows: readonly StepRow[],
  outputs: readonly number[] = [],
  pageTables: readonly (readonly number[])[] = [],
): Uint32Array<ArrayBuffer> {
  const firstTable = 4 * (1 + Math.max(rows.length, outputs.length));
  const words = new Uint32Array(firstTable + alignUp(pageTables.flat().length, 4));
  words.set(pageTables.flat(), firstTable);
  words.set([rows.length, outputs.length]);
  rows.forEach(({ token = 0, position = 0, slot = 0 }, row) => {
    const table = firstTable + pageTables.slice(0, slot).flat().length;
    words.set([token, position, table], 4 * (1 + row));
  });
  outputs.forEach((row, output) => {
    words[4 * (1 + output) + 3] = row;
  });
  return words;
}

/** A batch of `count` rows at position 0, all of them outputs. */
export function plainStep(count: number): Uint32Array<ArrayBuffer> {
  return stepBuffer(
    Array.from({ length: count }, () => ({})),
    Array.from({ length: count }, (_, i) => i),
  );
}

/** A random weight matrix: as the GPU gets it, and the float32 values it stands for. */
export interface WeightInput {
  readonly quants: Uint32Array<ArrayBuffer>;
  readonly scales: Uint32Array<ArrayBuffer>;
  /** [nRows, k] */
  readonly values: Float32Array<ArrayBuffer>;
  readonly blocks: number;
}

/** `nDistinct` random rows, and the same again until there are `nRows`. */
export function weightInput(
  type: WeightType,
  k: number,
  nRows: number,
  seed: number,
  nDistinct = nRows,
  scale = 1,
): WeightInput {
  const distinct = randomBlocks(type, k * Math.min(nRows, nDistinct), seed, scale);
  const bytes = new Uint8Array(byteLength(type, k) * nRows);
  for (let at = 0; at < bytes.length; at += distinct.length) {
    bytes.set(distinct.subarray(0, bytes.length - at), at);
  }
  const { quants, scales } = repackInto(type, bytes, k, nRows);
  return {
    quants,
    scales: scales.length > 0 ? scales : NO_SCALES,
    values: dequantize(type, bytes),
    blocks: alignUp(k, 32) / 32,
  };
}

/** The shortest row of a type that is not a whole number of everything: odd blocks, and no whole block for floats. */
export function awkwardK(type: WeightType): number {
  const { blockLength } = GGML_TYPES[type];
  return blockLength === 1 ? 172 : blockLength * (blockLength === 32 ? 5 : 3);
}

/** Rows of `k` values with zeros up to a whole block after each. */
export function padRows(values: Float32Array, k: number, stride = alignUp(k, 32)): Float32Array<ArrayBuffer> {
  const nRows = values.length / k;
  const padded = new Float32Array(nRows * stride);
  for (let row = 0; row < nRows; row++) padded.set(values.subarray(row * k, (row + 1) * k), row * stride);
  return padded;
}

/** Rows of zeros after the batch's own, up to a whole tile. */
export function padBatch(values: Float32Array, nRows: number, tileRows: number): Float32Array<ArrayBuffer> {
  const padded = new Float32Array((values.length / nRows) * tileRows);
  padded.set(values);
  return padded;
}

/** The bits of floats, for bindings that mix both. */
export function bitsOf(value: number): number {
  return new Uint32Array(new Float32Array([value]).buffer)[0];
}

/** Halves two to a word, the first in the low half. */
export function packHalves(halves: Uint16Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(halves.buffer.slice(0));
}
