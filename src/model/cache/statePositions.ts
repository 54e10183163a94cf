import type { CacheSpan } from '../../forward/sequenceCache.ts';

/** Positions of each slot whose hidden states a ring by position has. */
export class StatePositions {
  readonly #ring: number;
  /** Positions [from, end). */
  readonly #slots: { from: number; end: number }[];

  constructor(nSlots: number, ring: number) {
    this.#ring = ring;
    this.#slots = Array.from({ length: nSlots }, () => ({ from: 0, end: 0 }));
  }

  /** First position of a slot whose state the ring has, or will have. */
  from(slot: number): number {
    return this.#slots[slot].from;
  }

  /** Begins a step that writes the states of these positions. */
  write({ slot, start, end }: CacheSpan): void {
    const own = this.#slots[slot];
    if (start < own.from || start > own.end) own.from = start;
    own.end = end;
    this.claim(slot, end);
  }

  /** Gives up the states whose place those before position `end` take. */
  claim(slot: number, end: number): void {
    const own = this.#slots[slot];
    own.from = Math.max(own.from, end - this.#ring);
  }

  /** Drops positions from `nTokens` on. */
  truncate(slot: number, nTokens: number): void {
    const own = this.#slots[slot];
    own.end = Math.min(own.end, nTokens);
    own.from = Math.min(own.from, own.end);
  }

  /** Records that `to` now has the states of `from`, up to `nTokens`. */
  copy(from: number, to: number, nTokens: number): void {
    this.#slots[to] = { ...this.#slots[from] };
    this.truncate(to, nTokens);
  }
}
