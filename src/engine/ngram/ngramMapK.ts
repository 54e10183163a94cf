import type { TokenId } from '../../forward/forward.ts';
import { type Continuation, type ContinuedDraft, learnedFrom } from './givenDraft.ts';
import type { Lookup } from './ngramDrafts.ts';
import { NgramMap } from './ngramMap.ts';
import type { NgramSizes } from './ngramSimple.ts';

/** Entry of an n-gram: position `at`, and how many of the tokens after it to propose. */
interface Key extends Continuation {
  readonly at: number;
}

/**
 * llama.cpp's `ngram-map-k`: every n-gram keeps the first position at which it was found, and the draft is what followed there.
 * After a partial rejection only the accepted length is proposed again. The text up to the first draft, which is the prompt, is
 * searched from its end.
 *
 * Two differences: llama.cpp skips the n-grams that begin in the last n + m tokens of the prompt, and also shortens drafts that
 * only lacked room.
 */
export class NgramMapK implements Lookup {
  readonly #sizes: NgramSizes;
  readonly #keys: NgramMap<Key>;
  /** First position that is not in the map. As in llama.cpp, position 0 never is. */
  #next = 1;
  #given: ContinuedDraft | null = null;

  constructor(sizes: NgramSizes) {
    this.#sizes = sizes;
    this.#keys = new NgramMap(sizes.sizeN);
  }

  draft(tokens: readonly TokenId[], nMax: number): TokenId[] {
    this.#given = learnedFrom(this.#given, tokens);
    const { sizeN, sizeM } = this.#sizes;
    const end = tokens.length - 1;
    if (end < 2 * sizeN + sizeM) return [];
    this.#index(tokens);
    const key = this.#keys.get(tokens, tokens.length - sizeN);
    if (key === undefined) return [];
    const from = key.at + sizeN;
    const draft = tokens.slice(from, from + Math.min(key.nMax, nMax));
    if (draft.length > 0) this.#given = { at: tokens.length, tokens: draft, from: key };
    return draft;
  }

  mayDraftNext(tokens: readonly TokenId[]): boolean {
    this.#index(tokens);
    return this.#keys.mayHaveNext(tokens);
  }

  /** Adds the positions that a whole draft follows, the last one first. */
  #index(tokens: readonly TokenId[]): void {
    const { sizeN, sizeM } = this.#sizes;
    const end = tokens.length - 1 - sizeN - sizeM;
    for (let at = end - 1; at >= this.#next; at--) {
      if (!this.#keys.get(tokens, at)) this.#keys.set(tokens, { at, nMax: sizeM });
    }
    this.#next = Math.max(this.#next, end);
  }
}
