import type { TokenId } from '../../forward/forward.ts';

/** As in llama.cpp: 16 MiB, and hashes that are the low bits of a 64-bit linear congruence. */
const N_ENTRIES = 2 ** 22;
const MULTIPLIER = 0x4c957f2d;
const EMPTY = -1;

/** Fuller than this, or after so many poor drafts in a row, the table begins anew. */
const MAX_OCCUPANCY = 0.25;
const MAX_POOR_DRAFTS = 5;
const POOR_ACCEPTANCE = 0.25;

/**
 * The token that last followed each n-gram, of all texts of a server: a table of hashes, in which one n-gram may take the
 * place of another. A wrong guess is rejected like any other.
 */
export class NgramTable {
  /** Tokens of an n-gram. */
  readonly n: number;
  readonly #next = new Int32Array(N_ENTRIES).fill(EMPTY);
  #nUsed = 0;
  #nPoor = 0;
  #generation = 0;

  constructor(n: number) {
    this.n = n;
  }

  /** Changes when the table has begun anew: what was added before is not in it any more. */
  get generation(): number {
    return this.#generation;
  }

  /** To be called before a new text is added: makes room if there is too little. */
  makeRoom(): void {
    if (this.#nUsed > MAX_OCCUPANCY * N_ENTRIES) this.#reset();
  }

  /** Remembers what follows the n-gram at `at`. */
  add(tokens: readonly TokenId[], at: number): void {
    const i = this.#index(tokens, at);
    if (this.#next[i] === EMPTY) this.#nUsed++;
    this.#next[i] = tokens[at + this.n];
  }

  /** What followed the n-gram at `at`. */
  get(tokens: readonly TokenId[], at: number): TokenId | undefined {
    const token = this.#next[this.#index(tokens, at)];
    return token === EMPTY ? undefined : token;
  }

  /** To be called with what became of every draft. */
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
