import type { Grammar, Item, Ranges } from './grammar.ts';

const N_ASCII = 128;

/**
 * Partition of the code points into intervals; every character class of a grammar contains an interval entirely or not at all.
 */
export class Alphabet {
  /** First code point of each interval, ascending. */
  readonly #firsts: readonly number[];
  readonly #ascii: readonly number[];

  constructor(grammar: Grammar) {
    const firsts = new Set([0]);
    for (const ranges of characterClasses(grammar)) {
      for (let i = 0; i < ranges.length; i += 2) firsts.add(ranges[i]).add(ranges[i + 1] + 1);
    }
    this.#firsts = [...firsts].sort((a, b) => a - b);
    this.#ascii = Array.from({ length: N_ASCII }, (_, codePoint) => this.#find(codePoint));
  }

  /** Index of the interval that contains `codePoint`. */
  indexOf(codePoint: number): number {
    return codePoint < N_ASCII ? this.#ascii[codePoint] : this.#find(codePoint);
  }

  #find(codePoint: number): number {
    let [low, high] = [0, this.#firsts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#firsts[middle] <= codePoint) low = middle;
      else high = middle;
    }
    return low;
  }
}

function* characterClasses({ rules }: Grammar): Iterable<Ranges> {
  for (const first of rules.flat()) {
    for (let item: Item | null = first; item !== null; item = item.next) {
      if (item.element.kind === 'character') yield item.element.ranges;
    }
  }
}
