import { type KvCache, type KvShape, kvOffset, type RowPlace, saveKv } from './kvCache.ts';
import { rmsNorm } from './rmsNorm.ts';
import { rotateHead } from './rope.ts';

/** Sizes of multi-head latent attention (DeepSeek-V2). */
export interface LatentShape {
  readonly nHead: number;
  /** Values of a query that are not rotated, which come first, and those that are. */
  readonly nNope: number;
  readonly nRope: number;
  readonly nLatent: number;
  readonly eps: number;
}

/** The inputs of `latentStore`, rows one behind the other. */
export interface LatentInputs {
  /** [rows, nHead, nNope + nRope] */
  readonly q: Float32Array;
  /** What is not rotated of `q`, moved into the latent space: [rows, nHead, nLatent]. */
  readonly qLatent: Float32Array;
  /** The latent, then the key that all heads share: [rows, nLatent + nRope]. */
  readonly kv: Float32Array;
  /** Of the norm of the latent. */
  readonly weight: Float32Array;
}

/**
 * Writes the cell of each row to its place in `cache`: rms(latent) · weight, then the rotated key. Returns the queries
 * [rows, nHead, nLatent + nRope]: those in the latent space, then what of them is rotated.
 */
export function latentStore(
  { q, qLatent, kv, weight }: LatentInputs,
  table: Float32Array,
  rows: readonly RowPlace[],
  cache: KvCache,
  pageTables: KvShape['pageTables'],
  { nHead, nNope, nRope, nLatent, eps }: LatentShape,
): Float32Array<ArrayBuffer> {
  const width = nLatent + nRope;
  const rotation = { layout: 'norm', headDim: width, nRot: nRope } as const;
  const queries = new Float32Array(rows.length * nHead * width);
  for (const [row, place] of rows.entries()) {
    for (let head = row * nHead; head < (row + 1) * nHead; head++) {
      const from = head * (nNope + nRope) + nNope;
      queries.set(qLatent.subarray(head * nLatent, (head + 1) * nLatent), head * width);
      queries.set(q.subarray(from, from + nRope), head * width + nLatent);
      rotateHead(queries, head * width + nLatent, table, place.position, rotation);
    }
    const cell = kv.slice(row * width, (row + 1) * width);
    cell.set(rmsNorm(cell.subarray(0, nLatent), weight, nLatent, eps));
    rotateHead(cell, nLatent, table, place.position, rotation);
    const to = kvOffset({ pageTables, nKvHead: 1, headDim: width }, place);
    for (const [i, value] of cell.entries()) saveKv(cache, to + i, value);
  }
  return queries;
}
