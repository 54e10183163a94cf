import type { Candidates } from '../../forward/forward.ts';

/**
 * Ranks candidates by descending logit, ties by ascending id. Each is packed into one double that sorts in that order: the
 * logit's bits, mapped so that a larger logit is a smaller integer, then 21 bits of id. A plain numeric sort of a `Float64Array`
 * is several times faster than one with a comparator.
 */
const ID_RANGE = 2 ** 21;
const NEGATIVE_ZERO = 0x80000000;

/** Largest `k` for which insertion while scanning is cheaper than sorting everything. */
const INSERTION_MAX = 256;

/** Returns the `k` best of the first `size` candidates in order; all, when there are fewer. Logits must not be NaN. */
export function topCandidates(ids: Int32Array, logits: Float32Array, size: number, k: number): Candidates {
  const n = Math.min(k, size);
  return unpack(
    n > INSERTION_MAX ? sortKeys(ids, logits, size).subarray(0, n) : bestKeys(ids, logits, size, n),
  );
}

function sortKeys(ids: Int32Array, logits: Float32Array, size: number): Float64Array {
  const bits = new Uint32Array(logits.buffer, logits.byteOffset, size);
  const keys = new Float64Array(size);
  for (let i = 0; i < size; i++) keys[i] = keyOf(bits[i], ids[i]);
  return keys.sort();
}

function bestKeys(ids: Int32Array, logits: Float32Array, size: number, n: number): Float64Array {
  const bits = new Uint32Array(logits.buffer, logits.byteOffset, size);
  const best = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < size; i++) {
    const key = keyOf(bits[i], ids[i]);
    if (!(key < best[n - 1])) continue;
    let at = n - 1;
    for (; at > 0 && best[at - 1] > key; at--) best[at] = best[at - 1];
    best[at] = key;
  }
  return best;
}

function keyOf(bits: number, id: number): number {
  const rank = bits > NEGATIVE_ZERO ? bits : 0x7fffffff - (bits & 0x7fffffff);
  return rank * ID_RANGE + id;
}

function unpack(keys: Float64Array): Candidates {
  const ids = new Int32Array(keys.length);
  const bits = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const rank = Math.floor(keys[i] / ID_RANGE);
    ids[i] = keys[i] - rank * ID_RANGE;
    bits[i] = rank > 0x7fffffff ? rank : 0x7fffffff - rank;
  }
  return { ids, logits: new Float32Array(bits.buffer) };
}
