/** Result of a search in a text that may continue: found, not found, or undecided because the text ends too early. */
export type Found = 'yes' | 'no' | 'more';

/** Reads a text from left to right and skips white space between the parts that it looks for. */
export class Cursor {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  /** Reads `words`, which are separated by spaces. On failure the position stays. */
  pass(words: string): Found {
    const from = this.at;
    for (const word of words.split(' ')) {
      if (word === '') continue;
      this.skipSpace();
      const here = this.text.slice(this.at, this.at + word.length);
      if (here !== word) {
        const found = word.startsWith(here) ? 'more' : 'no';
        this.at = from;
        return found;
      }
      this.at += word.length;
    }
    return 'yes';
  }

  /** Reads up to `mark` and returns that text; null if there is no mark. */
  until(mark: string): string | null {
    return this.untilAny([mark]);
  }

  /** Reads up to the first of `marks` and returns that text; null if there is none. */
  untilAny(marks: readonly string[]): string | null {
    const found = marks.map(mark => this.text.indexOf(mark, this.at)).filter(at => at >= 0);
    if (found.length === 0) return null;
    const end = Math.min(...found);
    const passed = this.text.slice(this.at, end);
    this.at = end;
    return passed;
  }

  /** Reads a JSON value and returns its text. `isWhole` is false if the value does not end; then the text is its beginning. */
  value(): { readonly text: string; readonly isWhole: boolean } {
    this.skipSpace();
    const from = this.at;
    const end = endOfValue(this.text, from);
    this.at = end ?? this.text.length;
    return { text: this.text.slice(from, this.at), isWhole: end !== null };
  }

  skipSpace(): void {
    while (this.at < this.text.length && /\s/.test(this.text[this.at])) this.at++;
  }
}

/** End of the JSON value that begins at `at`, found by brackets and quotes only; null if it does not end. */
function endOfValue(text: string, at: number): number | null {
  let depth = 0;
  let inString = false;
  for (let i = at; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      if (char !== '"') continue;
      inString = false;
      if (depth === 0) return i + 1;
    } else if (char === '"') {
      inString = true;
    } else if (char === '{' || char === '[') {
      depth++;
    } else if (char === '}' || char === ']') {
      // Closing bracket of a container around the value, which is a number or a word.
      if (depth === 0) return i;
      depth--;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && /[\s,:]/.test(char)) {
      return i;
    }
  }
  return null;
}
