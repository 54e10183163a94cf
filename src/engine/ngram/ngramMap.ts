import type { TokenId } from '../../forward/forward.ts';

/** Multiplier of Knuth's multiplicative hashing: 2^32 divided by the golden ratio, nearly. */
const MULTIPLIER = 2654435761;

/** Map whose keys are the n-grams of one growing text. A key is stored as a position where the n-gram occurs. */
export class NgramMap<Entry extends { readonly at: number }> {
  readonly #n: number;
  /** Entries by hash; nearly always one per hash. */
  readonly #buckets = new Map<number, Entry[]>();
  /** Hashes of the first n - 1 tokens of the keys. */
  readonly #beginnings = new Set<number>();

  constructor(n: number) {
    this.#n = n;
  }

  /** Entry of the n-gram at position `at`. */
  get(tokens: readonly TokenId[], at: number): Entry | undefined {
    return this.#buckets.get(hashOf(tokens, at, this.#n))?.find(entry => this.#isSame(tokens, entry.at, at));
  }

  /** Sets the entry of the n-gram at `entry.at`, replacing an earlier one. */
  set(tokens: readonly TokenId[], entry: Entry): void {
    const hash = hashOf(tokens, entry.at, this.#n);
    const others = this.#buckets.get(hash)?.filter(other => !this.#isSame(tokens, other.at, entry.at));
    this.#buckets.set(hash, others ? [...others, entry] : [entry]);
    this.#beginnings.add(hashOf(tokens, entry.at, this.#n - 1));
  }

  /** Whether the n-gram of the last n - 1 tokens and a further one may have an entry. */
  mayHaveNext(tokens: readonly TokenId[]): boolean {
    const n = this.#n - 1;
    return tokens.length >= n && this.#beginnings.has(hashOf(tokens, tokens.length - n, n));
  }

  #isSame(tokens: readonly TokenId[], a: number, b: number): boolean {
    for (let i = 0; i < this.#n; i++) if (tokens[a + i] !== tokens[b + i]) return false;
    return true;
  }
}

function hashOf(tokens: readonly TokenId[], at: number, n: number): number {
  let hash = 0;
  for (let i = at; i < at + n; i++) hash = (Math.imul(hash, MULTIPLIER) + tokens[i]) | 0;
  return hash;
}
