import { weightedNorm } from './blocks/norm.ts';
import { type Rotation, rotate } from './blocks/rotate.ts';

/** Sizes of multi-head latent attention (DeepSeek-V2). */
export interface LatentShape {
  readonly nHead: number;
  /** Widths of the parts of a query: not rotated (first), and rotated. */
  readonly nNope: number;
  readonly nRope: number;
  readonly nLatent: number;
  readonly eps: number;
}

export interface LatentInputs {
  /** [nHead, nNope + nRope] */
  readonly q: Float32Array;
  /** Part of `q` that is not rotated, mapped into the latent space: [nHead, nLatent]. */
  readonly qLatent: Float32Array;
  /** The latent, then the key that all heads share: [nLatent + nRope]. */
  readonly kv: Float32Array;
  /** Weight of the latent's norm. */
  readonly weight: Float32Array;
}

/**
 * Queries of a row at `position` [nHead, nLatent + nRope]: the part in the latent space, then the rotated part; and its cell in
 * the cache: rms(latent) · weight, then the rotated key.
 */
export function latentStore(
  { q, qLatent, kv, weight }: LatentInputs,
  table: Float32Array,
  position: number,
  { nHead, nNope, nRope, nLatent, eps }: LatentShape,
) {
  const width = nLatent + nRope;
  const rotation: Rotation = { pairs: 'neighbours', nRot: nRope, table };
  const cell = Float64Array.from(kv);
  cell.set(weightedNorm(cell.slice(0, nLatent), { kind: 'rms', eps }, weight, null));
  const queries = Float64Array.from({ length: nHead * width }, (_, at) => {
    const [head, i] = [Math.floor(at / width), at % width];
    return i < nLatent ? qLatent[head * nLatent + i] : q[head * (nNope + nRope) + nNope + i - nLatent];
  });
  return {
    queries: Float32Array.from(rotate(rotation, queries, width, position, nLatent)),
    cell: Float32Array.from(rotate(rotation, cell, width, position, nLatent)),
  };
}
