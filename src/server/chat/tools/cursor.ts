/** What was looked for in a text that may go on: it is there, it is not, or the text ends too early to tell. */
export type Found = 'yes' | 'no' | 'more';

/** Goes through a text from left to right; white space between what it looks for counts for nothing. */
export class Cursor {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  /** Passes `words`, which are apart by spaces. What is not there is not passed. */
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

  /** Passes everything up to `mark`, and returns it; null if there is no mark. */
  until(mark: string): string | null {
    return this.untilAny([mark]);
  }

  /** Passes everything up to the first of `marks`, and returns it; null if there is none. */
  untilAny(marks: readonly string[]): string | null {
    const found = marks.map(mark => this.text.indexOf(mark, this.at)).filter(at => at >= 0);
    if (found.length === 0) return null;
    const end = Math.min(...found);
    const passed = this.text.slice(this.at, end);
    this.at = end;
    return passed;
  }

  /** Passes a JSON value and returns its text; of one without an end what there is, and `isWhole` is false. */
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

/** Where the JSON value that begins at `at` ends, told by brackets and quotes alone; null if it does not. */
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
      // A bracket of something that the value, a number or a word, is in.
      if (depth === 0) return i;
      depth--;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && /[\s,:]/.test(char)) {
      return i;
    }
  }
  return null;
}
