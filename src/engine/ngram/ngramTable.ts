import type { TokenId } from '../../forward/forward.ts';

/** Values of llama.cpp: 16 MiB, and hashes from the low bits of a 64-bit linear congruence. */
const N_ENTRIES = 2 ** 22;
const MULTIPLIER = 0x4c957f2d;
const EMPTY = -1;

/** Limits beyond which the table is cleared: its occupancy, and the number of poor drafts in a row. */
const MAX_OCCUPANCY = 0.25;
const MAX_POOR_DRAFTS = 5;
const POOR_ACCEPTANCE = 0.25;

/**
 * Hash table of the token that last followed each n-gram, in all texts of a server. N-grams with equal hashes overwrite each
 * other; a wrong guess is rejected like any other.
 */
export class NgramTable {
  /** Tokens per n-gram. */
  readonly n: number;
  readonly #next = new Int32Array(N_ENTRIES).fill(EMPTY);
  #nUsed = 0;
  #nPoor = 0;
  #generation = 0;

  constructor(n: number) {
    this.n = n;
  }

  /** Changes whenever the table is cleared; earlier additions are then lost. */
  get generation(): number {
    return this.#generation;
  }

  /** Clears the table if it is too full. Call it before adding a new text. */
  makeRoom(): void {
    if (this.#nUsed > MAX_OCCUPANCY * N_ENTRIES) this.#reset();
  }

  /** Stores the token after the n-gram at `at`. */
  add(tokens: readonly TokenId[], at: number): void {
    const i = this.#index(tokens, at);
    if (this.#next[i] === EMPTY) this.#nUsed++;
    this.#next[i] = tokens[at + this.n];
  }

  /** Token that followed the n-gram at `at`. */
  get(tokens: readonly TokenId[], at: number): TokenId | undefined {
    const token = this.#next[this.#index(tokens, at)];
    return token === EMPTY ? undefined : token;
  }

  /** Takes the verification result of a draft. Call it for every draft. */
  judge(nAccepted: number, nDrafted: number): void {
    this.#nPoor = nAccepted < POOR_ACCEPTANCE * nDrafted ? this.#nPoor + 1 : 0;
    if (this.#nPoor >= MAX_POOR_DRAFTS) this.#reset();
  }

  #reset(): void {
    this.#next.fill(EMPTY);
    this.#nUsed = 0;
    this.#nPoor = 0;
    this.#generation++;
  }

  #index(tokens: readonly TokenId[], at: number): number {
    let hash = 0;
    for (let i = at; i < at + this.n; i++) hash = (Math.imul(hash, MULTIPLIER) + tokens[i]) | 0;
    return hash & (N_ENTRIES - 1);
  }
}
