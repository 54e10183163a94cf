import type { Candidates, TokenId } from '../../forward/forward.ts';
import { topCandidates } from './ranking.ts';

/**
 * Working set of a chain: llama.cpp's `llama_token_data_array`, as a structure of arrays. Stages change it in place. The arrays
 * are reused from token to token and grow to the largest row seen.
 */
export class CandidateList {
  ids = new Int32Array(0);
  logits = new Float32Array(0);
  /** Probabilities, valid from a `softmax` until the order or a logit changes. */
  p = new Float32Array(0);
  /** Number of candidates left: the first `size` elements of each array. */
  size = 0;
  /** Whether the list is known to be in order of descending logit, ties by ascending id. */
  sorted = false;

  /** Replaces the content by a copy of `candidates`. */
  load(candidates: Candidates): void {
    const size = candidates.ids.length;
    if (this.ids.length < size) {
      this.ids = new Int32Array(size);
      this.logits = new Float32Array(size);
      this.p = new Float32Array(size);
    }
    this.ids.set(candidates.ids);
    this.logits.set(candidates.logits);
    this.size = size;
    this.sorted = false;
  }

  /** The largest logit. */
  maxLogit(): number {
    if (this.sorted) return this.logits[0];
    let max = this.logits[0];
    for (let i = 1; i < this.size; i++) if (this.logits[i] > max) max = this.logits[i];
    return max;
  }

  /** Index of `token`, or -1; constant time in a list that is still in order of id. */
  indexOf(token: TokenId): number {
    if (token < this.size && this.ids[token] === token) return token;
    return this.ids.subarray(0, this.size).indexOf(token);
  }

  /** Copy of the `k` best candidates in order; of all, when there are fewer. */
  top(k: number): Candidates {
    return topCandidates(this.ids, this.logits, this.size, k);
  }

  /** Keeps the `k` best, sorted; all, when there are fewer. */
  keepTop(k: number): void {
    if (this.sorted) this.size = Math.min(k, this.size);
    else this.assign(this.top(k), k);
  }

  /** Sorts all candidates. */
  sort(): void {
    this.keepTop(this.size);
  }

  /** Keeps the first `n` of `top`, which are candidates of this list in order. */
  assign(top: Candidates, n: number): void {
    this.size = Math.min(n, top.ids.length);
    this.ids.set(top.ids.subarray(0, this.size));
    this.logits.set(top.logits.subarray(0, this.size));
    this.sorted = true;
  }

  /** Drops the first `n` candidates. */
  removeFirst(n: number): void {
    this.ids.copyWithin(0, n, this.size);
    this.logits.copyWithin(0, n, this.size);
    this.p.copyWithin(0, n, this.size);
    this.size -= n;
  }

  /** Keeps the candidates at `indices`, in that order, and marks the list as unsorted. */
  select(indices: readonly number[]): void {
    const { ids, logits } = this;
    const keptIds = indices.map(i => ids[i]);
    const keptLogits = indices.map(i => logits[i]);
    ids.set(keptIds);
    logits.set(keptLogits);
    this.size = indices.length;
    this.sorted = false;
  }
}
