import { rmsNorm } from './rmsNorm.ts';

/** Input of an MTP head: an embedding and a hidden state, each with an RMS norm by its own weights, one behind the other. */
export function joinHidden(
  embedding: Float32Array,
  hidden: Float32Array,
  weights: readonly [ofEmbedding: Float32Array, ofHidden: Float32Array],
  eps: number,
): Float32Array<ArrayBuffer> {
  const { length } = embedding;
  const joined = new Float32Array(2 * length);
  joined.set(rmsNorm(embedding, weights[0], length, eps));
  joined.set(rmsNorm(hidden, weights[1], length, eps), length);
  return joined;
}
