import type { Vocabulary } from './vocabulary.ts';
import { TOKEN_TYPE } from './vocabularySpec.ts';

/** Piece of text, or a special token that was found in it. */
export type Fragment = string | number;

interface Special {
  readonly token: number;
  readonly text: string;
}

/** Special tokens whose texts begin alike: their number, and the lengths of their texts. */
interface Group {
  size: number;
  readonly lengths: Set<number>;
}

/**
 * Cuts special tokens out of a text, as llama.cpp does (src/llama-vocab.cpp, tokenizer_st_partition): not the leftmost match
 * first but the longest token first, each wherever it still occurs. User-defined tokens always count; control tokens and the
 * unknown token only with `parseSpecial`.
 */
export class SpecialPartition {
  readonly #vocabulary: Vocabulary;
  /** Longest first, in bytes; of equal length the lower id first. */
  readonly #specials: readonly Special[];
  /** Index into `#specials` by text. */
  readonly #indices = new Map<string, number>();
  /** Groups by the first two UTF-16 units of a text; a single unit is combined with 0. */
  readonly #groups = new Map<number, Group>();
  /** Whether a special token begins with a unit. */
  readonly #starts = new Uint8Array(1 << 16);
  readonly #lstrip: ReadonlySet<number>;
  readonly #rstrip: ReadonlySet<number>;

  constructor(vocabulary: Vocabulary, lstrip: readonly number[], rstrip: readonly number[]) {
    const { starts } = vocabulary.texts;
    const nBytes = (token: number) => starts[token + 1] - starts[token];
    const tokens: number[] = [];
    for (let token = 0; token < vocabulary.size; token++) {
      if (vocabulary.isHidden(token) || vocabulary.type(token) === TOKEN_TYPE.userDefined) tokens.push(token);
    }
    tokens.sort((a, b) => nBytes(b) - nBytes(a) || a - b);
    this.#vocabulary = vocabulary;
    this.#specials = tokens.map(token => ({ token, text: vocabulary.text(token) }));
    for (const [i, { text }] of this.#specials.entries()) {
      this.#starts[text.charCodeAt(0)] = 1;
      this.#indices.set(text, i);
      const key = startKey(text, 0, text.length);
      const group = this.#groups.get(key) ?? { size: 0, lengths: new Set() };
      group.size++;
      group.lengths.add(text.length);
      this.#groups.set(key, group);
    }
    this.#lstrip = new Set(lstrip);
    this.#rstrip = new Set(rstrip);
  }

  split(text: string, parseSpecial: boolean): Fragment[] {
    let fragments: Fragment[] = text === '' ? [] : [text];
    for (const special of this.#occurring(text, parseSpecial)) {
      fragments = fragments.flatMap(fragment =>
        typeof fragment === 'string' ? this.#cut(fragment, special) : fragment,
      );
    }
    return fragments;
  }

  /** Special tokens that occur in `text`, in their order. One pass over the text, however many tokens there are. */
  #occurring(text: string, parseSpecial: boolean): Special[] {
    const found = new Set<number>();
    const nFound = new Map<number, number>();
    const find = (key: number, at: number) => {
      const group = this.#groups.get(key);
      // Some vocabularies have a token for each length of a run of spaces: stop searching once all are found.
      if (!group || nFound.get(key) === group.size) return;
      for (const length of group.lengths) {
        const i = this.#indices.get(text.slice(at, at + length));
        if (i === undefined || found.has(i)) continue;
        found.add(i);
        nFound.set(key, (nFound.get(key) ?? 0) + 1);
      }
    };
    for (let at = 0; at < text.length; at++) {
      if (this.#starts[text.charCodeAt(at)] === 0) continue;
      find(startKey(text, at, text.length), at);
      find(startKey(text, at, at + 1), at);
    }
    return [...found]
      .sort((a, b) => a - b)
      .map(i => this.#specials[i])
      .filter(({ token }) => parseSpecial || !this.#vocabulary.isHidden(token));
  }

  /** Cuts `text` at each occurrence of the token. */
  #cut(text: string, special: Special): Fragment[] {
    const parts = text.split(special.text);
    const last = parts.length - 1;
    const fragments: Fragment[] = [];
    for (const [i, part] of parts.entries()) {
      if (i > 0) fragments.push(special.token);
      const kept = this.#stripped(part, special.token, i > 0, i < last);
      if (kept !== '') fragments.push(kept);
    }
    return fragments;
  }

  /** Removes from `part` the white space that the token swallows. */
  #stripped(part: string, token: number, isBehind: boolean, isBefore: boolean): string {
    let kept = part;
    if (isBehind && this.#rstrip.has(token)) kept = kept.replace(/^[ \t-\r]+/, '');
    // Go one step at a time: a regular expression would restart from each of many spaces.
    if (isBefore && this.#lstrip.has(token)) {
      let end = kept.length;
      while (end > 0 && /[ \t-\r]/.test(kept.charAt(end - 1))) end--;
      kept = kept.slice(0, end);
    }
    return kept;
  }
}

/** Key of the first two units at `at`, or of the first alone if the text ends after it. */
function startKey(text: string, at: number, end: number): number {
  return text.charCodeAt(at) * 0x10000 + (at + 1 < end ? text.charCodeAt(at + 1) : 0);
}
