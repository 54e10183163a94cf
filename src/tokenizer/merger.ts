import { MergeQueue } from './mergeQueue.ts';

/** Rank of a pair that does not merge. */
export const NEVER = Number.POSITIVE_INFINITY;

/** Rank of the symbols `[left … right)` and `[right … end)` of a text as a pair: the lowest merges first; `NEVER` when they do not merge. */
export type RankOfPair = (left: number, right: number, end: number) => number;

/**
 * Merges neighbouring symbols until none merge any more: the pair with the lowest rank first, of equal ranks the leftmost.
 * O(n log n). A symbol is named by where it begins in the text, so that `next` is where it ends, too.
 */
export class Merger {
  /** Where the symbol that begins at an index ends. */
  next = new Int32Array(64);
  #previous = new Int32Array(64);
  /** Rank of the symbol that begins at an index with the one behind it. */
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
      // The pair has merged with a neighbour since, or was queued twice: its rank is then another one.
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
