/** Longer words rarely recur. */
const MAX_WORD_LENGTH = 64;
const MAX_WORDS = 1 << 16;

/** Caches the tokens of words, since most words of a text recur. */
export class WordCache {
  readonly #tokens = new Map<string, readonly number[]>();

  /** Appends the tokens of `word`; calls `encode` for a new word. */
  append(word: string, output: number[], encode: (word: string, output: number[]) => void): void {
    const known = this.#tokens.get(word);
    if (known !== undefined) {
      for (const token of known) output.push(token);
      return;
    }
    const start = output.length;
    encode(word, output);
    if (word.length > MAX_WORD_LENGTH) return;
    if (this.#tokens.size === MAX_WORDS) this.#tokens.clear();
    this.#tokens.set(ownCopy(word), output.slice(start));
  }
}

/** Copies a string: a slice may keep the whole longer string in memory. */
function ownCopy(word: string): string {
  return JSON.parse(JSON.stringify(word));
}
