import type { Vector } from './blocks/vector.ts';

/** Logits of all `nVocab` tokens from those of the tokens `ids`. */
export function spreadLogits(logits: Vector, ids: Float32Array, nVocab: number): Vector {
  const all = new Float64Array(nVocab).fill(Number.NEGATIVE_INFINITY);
  for (const [i, id] of ids.entries()) all[Math.min(id, nVocab - 1)] = logits[i];
  return all;
}
