import type { TokenId } from '../../forward/forward.ts';

/** Stands between two texts. No text contains it. */
export const BREAK = -1;
const FIRST_SIZE = 1024;

/**
 * The newest tokens of some texts, and where each token occurs in them. Positions count all tokens that were ever appended. The log
 * doubles as it grows, up to its limit; then it forgets the oldest token for every new one.
 */
export class TokenLog {
  readonly #limit: number;
  /** Tokens by position, modulo their number. */
  #tokens: Int32Array;
  /** Distances to the position before with the same token; 0 for none. */
  #distances: Int32Array;
  /** Newest position of each token. */
  readonly #newest = new Map<TokenId, number>();
  #end = 0;

  /** `limit`: tokens to remember, at least 1; rounded up to a power of two. It takes 8 bytes per token, and a map of those in use. */
  constructor(limit: number) {
    this.#limit = 2 ** Math.ceil(Math.log2(limit));
    const size = Math.min(this.#limit, FIRST_SIZE);
    this.#tokens = new Int32Array(size);
    this.#distances = new Int32Array(size);
  }

  /** Number of tokens that were ever appended. */
  get end(): number {
    return this.#end;
  }

  /** Copies the remembered tokens, the oldest first, with `BREAK` between two texts. */
  toArray(): Int32Array {
    const length = Math.min(this.#end, this.#tokens.length);
    const first = this.#index(this.#end - length);
    const tokens = new Int32Array(length);
    const older = this.#tokens.subarray(first, first + length);
    tokens.set(older);
    tokens.set(this.#tokens.subarray(0, length - older.length), older.length);
    return tokens;
  }

  /** Token at `position`; undefined where a text ends, and where nothing is remembered. */
  at(position: number): TokenId | undefined {
    if (!this.#remembers(position)) return undefined;
    const token = this.#tokens[this.#index(position)];
    return token === BREAK ? undefined : token;
  }

  append(token: TokenId): void {
    if (this.#end === this.#tokens.length && this.#end < this.#limit) this.#grow();
    const at = this.#index(this.#end);
    const newest = this.#newest.get(token);
    const leaving = this.#tokens[at];
    if (this.#end >= this.#tokens.length && this.#newest.get(leaving) === this.#end - this.#tokens.length) {
      this.#newest.delete(leaving);
    }
    this.#tokens[at] = token;
    this.#distances[at] = newest === undefined ? 0 : this.#end - newest;
    this.#newest.set(token, this.#end);
    this.#end++;
  }

  /** Ends a text. */
  break(): void {
    if (this.at(this.#end - 1) !== undefined) this.append(BREAK);
  }

  /** Positions behind the newest occurrences of `token`, the newest first, `nMax` at most. */
  positionsAfter(token: TokenId, nMax: number): number[] {
    const positions: number[] = [];
    let position = this.#newest.get(token) ?? -1;
    while (positions.length < nMax && this.#remembers(position)) {
      positions.push(position + 1);
      const distance = this.#distances[this.#index(position)];
      if (distance === 0) break;
      position -= distance;
    }
    return positions;
  }

  #remembers(position: number): boolean {
    return position >= 0 && position < this.#end && position >= this.#end - this.#tokens.length;
  }

  #index(position: number): number {
    return position & (this.#tokens.length - 1);
  }

  #grow(): void {
    const [tokens, distances] = [this.#tokens, this.#distances];
    this.#tokens = new Int32Array(2 * tokens.length);
    this.#distances = new Int32Array(2 * tokens.length);
    this.#tokens.set(tokens);
    this.#distances.set(distances);
  }
}
