import type { TokenId } from '../../forward/forward.ts';

/**
 * Window of the last `capacity` tokens. Memory follows the number of pushed tokens, not the capacity, which a caller may set to
 * anything.
 */
export class TokenHistory {
  readonly #capacity: number;
  #tokens: TokenId[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return Math.min(this.#tokens.length, this.#capacity);
  }

  /** Appends `token`; returns the token that leaves the window, if any. */
  push(token: TokenId): TokenId | undefined {
    const tokens = this.#tokens;
    tokens.push(token);
    const leaving = tokens[tokens.length - 1 - this.#capacity];
    if (tokens.length > 2 * this.#capacity) this.#tokens = tokens.slice(-this.#capacity);
    return leaving;
  }

  /** Token `i` places before the newest, 0 ≤ i < size. */
  fromEnd(i: number): TokenId {
    return this.#tokens[this.#tokens.length - 1 - i];
  }
}
