/** Two neighbouring symbols that would merge into a token. */
export interface Bigram {
  /** Indices of the symbols. */
  readonly left: number;
  readonly right: number;
  /** Score of the token. */
  readonly score: number;
  /** Length of both together when the pair was queued; another length now means that one of them has merged since. */
  readonly length: number;
}

/** Binary max-heap of bigrams: the highest score first, and of equal scores the leftmost. */
export class BigramQueue {
  readonly #heap: Bigram[] = [];

  push(bigram: Bigram): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || !isBefore(bigram, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = bigram;
  }

  pop(): Bigram | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return first;
  }

  /** Puts `bigram` in at the root and lets it sink to its place. */
  #sink(bigram: Bigram): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = heap[childAt];
      const sibling = heap[childAt + 1];
      if (child !== undefined && sibling !== undefined && isBefore(sibling, child)) {
        child = sibling;
        childAt++;
      }
      if (child === undefined || !isBefore(child, bigram)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = bigram;
  }
}

function isBefore(a: Bigram, b: Bigram): boolean {
  return a.score > b.score || (a.score === b.score && a.left < b.left);
}
