import { MergeQueue } from './mergeQueue.ts';

/** Rank of a pair that does not merge. */
export const NEVER = Number.POSITIVE_INFINITY;

/**
 * Rank of the pair of symbols `[left … right)` and `[right … end)` of a text: the lowest merges first; `NEVER` if they do not
 * merge.
 */
export type RankOfPair = (left: number, right: number, end: number) => number;

/**
 * Merges neighbouring symbols until no pair merges: the pair with the lowest rank first, of equal ranks the leftmost. O(n log n).
 * A symbol is identified by its start in the text, so `next` is also its end.
 */
export class Merger {
  /** End of the symbol that begins at an index. */
  next = new Int32Array(64);
  #previous = new Int32Array(64);
  /** Rank of the pair of the symbol that begins at an index and the next one. */
  #ranks = new Float64Array(64);
  readonly #queue = new MergeQueue();

  /** Makes room for a text of `length` bytes. */
  reserve(length: number): void {
    if (this.next.length > length) return;
    const size = 2 * (length + 1);
    this.next = new Int32Array(size);
    this.#previous = new Int32Array(size);
    this.#ranks = new Float64Array(size);
  }

  /** Merges the symbols of `next` between 0 and `length`. */
  merge(length: number, rankOf: RankOfPair): void {
    const { next } = this;
    const previous = this.#previous;
    const ranks = this.#ranks;
    const queue = this.#queue;
    const consider = (left: number) => {
      const right = next[left];
      const rank = right < length ? rankOf(left, right, next[right]) : NEVER;
      ranks[left] = rank;
      if (rank !== NEVER) queue.push(rank, left);
    };

    let before = -1;
    for (let i = 0; i < length; i = next[i]) {
      previous[i] = before;
      before = i;
      consider(i);
    }
    while (queue.pop()) {
      const { left } = queue;
      // Stale entry: the pair has merged with a neighbour since, or was queued twice, and has another rank now.
      if (ranks[left] !== queue.rank) continue;
      const right = next[left];
      ranks[right] = NEVER;
      next[left] = next[right];
      if (next[right] < length) previous[next[right]] = left;
      if (previous[left] >= 0) consider(previous[left]);
      consider(left);
    }
  }
}
