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
  /** A bit per hash of the first n - 1 tokens of the n-grams. */
  readonly #beginnings = new Uint32Array(N_ENTRIES / 32);
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
    const i = hashOf(tokens, at, this.n);
    if (this.#next[i] === EMPTY) this.#nUsed++;
    this.#next[i] = tokens[at + this.n];
    const beginning = hashOf(tokens, at, this.n - 1);
    this.#beginnings[beginning >>> 5] |= 1 << (beginning & 31);
  }

  /** Token that followed the n-gram at `at`. */
  get(tokens: readonly TokenId[], at: number): TokenId | undefined {
    const token = this.#next[hashOf(tokens, at, this.n)];
    return token === EMPTY ? undefined : token;
  }

  /** Whether a token may have followed the n-gram of the last n - 1 tokens and a further one. */
  mayHaveNext(tokens: readonly TokenId[]): boolean {
    const n = this.n - 1;
    if (tokens.length < n) return false;
    const beginning = hashOf(tokens, tokens.length - n, n);
    return (this.#beginnings[beginning >>> 5] & (1 << (beginning & 31))) !== 0;
  }

  /** Takes the verification result of a draft. Call it for every draft. */
  judge(nAccepted: number, nDrafted: number): void {
    this.#nPoor = nAccepted < POOR_ACCEPTANCE * nDrafted ? this.#nPoor + 1 : 0;
    if (this.#nPoor >= MAX_POOR_DRAFTS) this.#reset();
  }

  #reset(): void {
    this.#next.fill(EMPTY);
    this.#beginnings.fill(0);
    this.#nUsed = 0;
    this.#nPoor = 0;
    this.#generation++;
  }
}

function hashOf(tokens: readonly TokenId[], at: number, n: number): number {
  let hash = 0;
  for (let i = at; i < at + n; i++) hash = (Math.imul(hash, MULTIPLIER) + tokens[i]) | 0;
  return hash & (N_ENTRIES - 1);
}
