import type { TokenId } from '../../forward/forward.ts';
import type { Lookup } from './ngramDrafts.ts';
import { NgramMap } from './ngramMap.ts';

/** Lengths of the n-gram to look up and of the longest draft: llama.cpp's `--spec-ngram-simple-size-n` and `-m`. */
export interface NgramSizes {
  readonly sizeN: number;
  readonly sizeM: number;
}

/**
 * llama.cpp's `ngram-simple`: the draft is what followed the previous occurrence of the last n tokens. It is empty when fewer
 * than n tokens followed, so text that repeats itself in short periods gets no draft.
 */
export class NgramSimple implements Lookup {
  readonly #sizes: NgramSizes;
  readonly #last: NgramMap<{ readonly at: number }>;
  /** First position whose n-gram is not in the map. Position 0 never is: llama.cpp uses 0 for "nowhere". */
  #next = 1;

  constructor(sizes: NgramSizes) {
    this.#sizes = sizes;
    this.#last = new NgramMap(sizes.sizeN);
  }

  draft(tokens: readonly TokenId[], nMax: number): TokenId[] {
    const { sizeN, sizeM } = this.#sizes;
    this.#index(tokens);
    // As in llama.cpp, counts and copies exclude the pending token.
    const end = tokens.length - 1;
    if (end <= sizeN + sizeM + 1) return [];
    const match = this.#last.get(tokens, tokens.length - sizeN);
    if (match === undefined) return [];
    const from = match.at + sizeN;
    const draft = tokens.slice(from, Math.min(from + sizeM, end));
    return draft.length < sizeN ? [] : draft.slice(0, nMax);
  }

  mayDraftNext(tokens: readonly TokenId[]): boolean {
    this.#index(tokens);
    return this.#last.mayHaveNext(tokens);
  }

  #index(tokens: readonly TokenId[]): void {
    const end = tokens.length - 1 - this.#sizes.sizeN;
    for (; this.#next < end; this.#next++) this.#last.set(tokens, { at: this.#next });
  }
}
