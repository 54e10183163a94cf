import type { CacheSpan } from '../../forward/sequenceCache.ts';
import { assert } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';

/** Position up to which a slot's memory holds its sequence, and the one up to which a step has to store it. */
export interface MemoryMove {
  readonly base: number;
  readonly commit: number;
}

/**
 * Positions of the slots' memories (docs/architecture.md, D17). A memory holds its slot's positions before `base`; the inputs of
 * those from `base` to `end` are kept beside it, so a step may begin at any of them.
 */
export class SlotMemories {
  readonly #maxRollback: number;
  readonly #slots: { base: number; end: number }[];

  constructor(nSlots: number, maxRollback: number) {
    this.#maxRollback = maxRollback;
    this.#slots = Array.from({ length: nSlots }, () => ({ base: 0, end: 0 }));
  }

  /** Most positions, at most `nTokens`, of which the slot still has the state. */
  reusable(slot: number, nTokens: number): number {
    const { base, end } = this.#slots[slot];
    return nTokens < base ? 0 : Math.min(nTokens, end);
  }

  /**
   * Begins a step that decodes the positions `span`, and `nMore` behind them that will all come back. Of the positions before it,
   * `nUncertain` may come back too.
   */
  step({ slot, start, end }: CacheSpan, nMore: number, nUncertain: number): MemoryMove {
    const own = this.#slots[slot];
    if (start === 0) own.base = 0;
    assert(
      own.base <= start && (start === 0 || start <= own.end),
      () => `position ${start} of slot ${slot}, whose memory has ${own.base} and ${own.end}`,
    );
    const { base } = own;
    const settled = nMore > 0 ? end : start - nUncertain;
    const commit = Math.max(base, settled, end + nMore - this.#maxRollback);
    assert(
      commit <= end,
      () => `${end + nMore - commit} positions may come back, at most ${this.#maxRollback}`,
    );
    own.base = commit;
    own.end = end + nMore;
    return { base, commit };
  }

  /** Drops positions from `nTokens` on. Before `base` nothing is left. */
  truncate(slot: number, nTokens: number): void {
    const own = this.#slots[slot];
    if (nTokens < own.base) Object.assign(own, { base: 0, end: 0 });
    else own.end = Math.min(own.end, nTokens);
  }

  /** Records that `to` now has the state of `from`, up to `nTokens`. */
  copy(from: number, to: number, nTokens: number): void {
    this.#slots[to] = { ...this.#slots[from] };
    this.truncate(to, nTokens);
  }

  /** Position up to which the memory of a slot holds its sequence. */
  baseOf(slot: number): number {
    return this.#slots[slot].base;
  }

  /**
   * Records a state that is written: its base, and the positions that it allows. Throws `invalid_request` if the memory lies behind these
   * positions, or so far before them that no ring keeps the inputs between: the numbers may come from a file.
   */
  restore(slot: number, base: number, end: number): void {
    if (base > end || end - base > this.#maxRollback) {
      throw new ForetokenError(
        'invalid_request',
        `a state of ${base} positions cannot go on behind ${end}, since ${this.#maxRollback} are kept beside it`,
      );
    }
    this.#slots[slot] = { base, end };
  }
}
