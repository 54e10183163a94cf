/** Binary heap of neighbouring pairs: the lowest rank first, and of equal ranks the leftmost. */
export class MergeQueue {
  #ranks = new Float64Array(64);
  #lefts = new Int32Array(64);
  #length = 0;
  /** Pair that the last `pop` removed. */
  rank = 0;
  left = 0;

  push(rank: number, left: number): void {
    if (this.#length === this.#ranks.length) this.#grow();
    const ranks = this.#ranks;
    const lefts = this.#lefts;
    let at = this.#length++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (ranks[parent] < rank || (ranks[parent] === rank && lefts[parent] <= left)) break;
      ranks[at] = ranks[parent];
      lefts[at] = lefts[parent];
      at = parent;
    }
    ranks[at] = rank;
    lefts[at] = left;
  }

  /** Removes the first pair and stores it in `rank` and `left`; false if the queue is empty. */
  pop(): boolean {
    if (this.#length === 0) return false;
    this.rank = this.#ranks[0];
    this.left = this.#lefts[0];
    this.#length--;
    if (this.#length > 0) this.#sink(this.#ranks[this.#length], this.#lefts[this.#length]);
    return true;
  }

  /** Inserts a pair at the root and sifts it down. */
  #sink(rank: number, left: number): void {
    const ranks = this.#ranks;
    const lefts = this.#lefts;
    const length = this.#length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      const sibling = child + 1;
      if (sibling < length && isBefore(ranks[sibling], lefts[sibling], ranks[child], lefts[child]))
        child = sibling;
      if (!isBefore(ranks[child], lefts[child], rank, left)) break;
      ranks[at] = ranks[child];
      lefts[at] = lefts[child];
      at = child;
    }
    ranks[at] = rank;
    lefts[at] = left;
  }

  #grow(): void {
    const ranks = new Float64Array(2 * this.#ranks.length);
    const lefts = new Int32Array(2 * this.#lefts.length);
    ranks.set(this.#ranks);
    lefts.set(this.#lefts);
    this.#ranks = ranks;
    this.#lefts = lefts;
  }
}

function isBefore(rankA: number, leftA: number, rankB: number, leftB: number): boolean {
  return rankA < rankB || (rankA === rankB && leftA < leftB);
}
