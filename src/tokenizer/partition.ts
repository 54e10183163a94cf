import type { Vocabulary } from './vocabulary.ts';
import { TOKEN_TYPE } from './vocabularySpec.ts';

/** A stretch of text, or a special token that was found in it. */
export type Fragment = string | number;

/**
 * Cuts special tokens out of a text, as llama.cpp does (src/llama-vocab.cpp, tokenizer_st_partition): not the leftmost match
 * first but the longest token first, each wherever it still occurs. User-defined tokens always count; control tokens and
 * the unknown token only with `parseSpecial`.
 */
export class SpecialPartition {
  readonly #vocabulary: Vocabulary;
  /** Longest first, in bytes; of equal length the lower id. */
  readonly #specials: readonly number[];
  readonly #rstrip: ReadonlySet<number>;

  constructor(vocabulary: Vocabulary, rstrip: readonly number[]) {
    const encoder = new TextEncoder();
    const byLength = vocabulary.texts
      .map((text, token) => ({ token, text }))
      .filter(({ token }) => vocabulary.isHidden(token) || vocabulary.type(token) === TOKEN_TYPE.userDefined)
      .map(({ token, text }) => ({ token, nBytes: encoder.encode(text).length }))
      .sort((a, b) => b.nBytes - a.nBytes);
    this.#vocabulary = vocabulary;
    this.#specials = byLength.map(({ token }) => token);
    this.#rstrip = new Set(rstrip);
  }

  split(text: string, parseSpecial: boolean): Fragment[] {
    let fragments: Fragment[] = text === '' ? [] : [text];
    for (const token of this.#specials) {
      if (!parseSpecial && this.#vocabulary.isHidden(token)) continue;
      const needle = this.#vocabulary.text(token);
      if (!fragments.some(fragment => typeof fragment === 'string' && fragment.includes(needle))) continue;
      fragments = fragments.flatMap(fragment =>
        typeof fragment === 'string' ? this.#cut(fragment, needle, token) : fragment,
      );
    }
    return fragments;
  }

  /** Puts `token` where `needle` is in `text`. */
  #cut(text: string, needle: string, token: number): Fragment[] {
    const [first = '', ...rest] = text.split(needle);
    const fragments: Fragment[] = first === '' ? [] : [first];
    for (const part of rest) {
      fragments.push(token);
      const kept = this.#rstrip.has(token) ? part.replace(/^[ \t-\r]+/, '') : part;
      if (kept !== '') fragments.push(kept);
    }
    return fragments;
  }
}
