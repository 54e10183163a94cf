import type { TokenId } from '../../forward/forward.ts';
import { type Continuation, type ContinuedDraft, learnedFrom } from './givenDraft.ts';
import type { Lookup } from './ngramDrafts.ts';
import { NgramMap } from './ngramMap.ts';
import type { NgramSizes } from './ngramSimple.ts';

/** Most continuations that are counted for an n-gram; further ones are not seen. */
const MAX_VALUES = 4;
/** Factor by which the most frequent continuation must exceed all others together. */
const MAJORITY = 3;

/** Continuation of an n-gram: the m tokens at `at`, how often they followed it, and how many of them to propose. */
interface Value extends Continuation {
  readonly at: number;
  count: number;
}

/** Entry of the n-gram at position `at`. */
interface Key {
  readonly at: number;
  readonly values: Value[];
  /** Number of drafts that the n-gram was asked for. */
  nHits: number;
}

/** Lengths, and the number of times that an n-gram must have been looked up: llama.cpp's `--spec-ngram-map-k4v-min-hits`. */
export interface NgramMapK4vOptions extends NgramSizes {
  readonly minHits: number;
}

/**
 * llama.cpp's `ngram-map-k4v`: every n-gram counts up to four different continuations of m tokens. The draft is the most frequent
 * one, if it is at least three times as frequent as the others together. After a partial rejection only the accepted length is
 * proposed again.
 *
 * Two differences: llama.cpp copies the newest continuation, even where another one is the most frequent, and shortens drafts that
 * only lacked room.
 */
export class NgramMapK4v implements Lookup {
  readonly #options: NgramMapK4vOptions;
  readonly #keys: NgramMap<Key>;
  /** First position that is not in the map. As in llama.cpp, position 0 never is. */
  #next = 1;
  #given: ContinuedDraft | null = null;

  constructor(options: NgramMapK4vOptions) {
    this.#options = options;
    this.#keys = new NgramMap(options.sizeN);
  }

  draft(tokens: readonly TokenId[], nMax: number): TokenId[] {
    this.#given = learnedFrom(this.#given, tokens);
    const { sizeN, sizeM, minHits } = this.#options;
    const end = tokens.length - 1;
    if (end < 2 * sizeN + sizeM) return [];
    this.#index(tokens);
    const key = this.#keys.get(tokens, tokens.length - sizeN);
    if (key === undefined || ++key.nHits < minHits) return [];
    const value = likeliest(key.values);
    if (value === null) return [];
    const draft = tokens.slice(value.at, value.at + Math.min(value.nMax, nMax));
    if (draft.length > 0) this.#given = { at: tokens.length, tokens: draft, from: value };
    return draft;
  }

  mayDraftNext(tokens: readonly TokenId[]): boolean {
    this.#index(tokens);
    return this.#keys.mayHaveNext(tokens);
  }

  /** Adds the positions that a whole draft follows. */
  #index(tokens: readonly TokenId[]): void {
    const { sizeN, sizeM } = this.#options;
    const end = tokens.length - 1 - sizeN - sizeM;
    for (; this.#next < end; this.#next++) this.#count(tokens, this.#next);
  }

  /** Counts what follows the n-gram at `at`. */
  #count(tokens: readonly TokenId[], at: number): void {
    const { sizeN, sizeM } = this.#options;
    let key = this.#keys.get(tokens, at);
    if (key === undefined) {
      key = { at, values: [], nHits: 0 };
      this.#keys.set(tokens, key);
    }
    const known = key.values.find(value => isSame(tokens, value.at, at + sizeN, sizeM));
    if (known !== undefined) known.count++;
    else if (key.values.length < MAX_VALUES) key.values.push({ at: at + sizeN, count: 1, nMax: sizeM });
  }
}

/** Most frequent value; null where the others are too frequent. */
function likeliest(values: readonly Value[]): Value | null {
  const best = values.reduce((a, b) => (b.count > a.count ? b : a));
  const nOthers = values.reduce((n, { count }) => n + count, -best.count);
  return best.count < MAJORITY * nOthers ? null : best;
}

function isSame(tokens: readonly TokenId[], a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (tokens[a + i] !== tokens[b + i]) return false;
  return true;
}
