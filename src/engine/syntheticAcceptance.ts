import type { TokenId } from '../forward/forward.ts';
import { Mt19937 } from './sampler/mt19937.ts';

/**
 * Accepts draft tokens at random, at given rates, whatever the target samples: llama.cpp's way to measure the value of an
 * acceptance rate. The text is not the target's, so this is for benchmarks only. Equal seeds decide equally.
 */
export class SyntheticAcceptance {
  readonly #probabilities: readonly number[];
  readonly #eogTokens: readonly TokenId[];
  readonly #rng: Mt19937;

  /** `probabilities`: one per position of a draft, given that the tokens before it were accepted. */
  constructor(probabilities: readonly number[], eogTokens: readonly TokenId[], seed: number) {
    this.#probabilities = probabilities;
    this.#eogTokens = eogTokens;
    this.#rng = new Mt19937(seed);
  }

  /** Whether `token` at position `i` of a draft is accepted. A token that would end the answer never is. */
  accepts(i: number, token: TokenId): boolean {
    const isAccepted = this.#rng.nextDouble() < (this.#probabilities[i] ?? 0);
    return isAccepted && !this.#eogTokens.includes(token);
  }
}
