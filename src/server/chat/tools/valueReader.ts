import type { ValueNotation } from './toolFormat.ts';

/** Result of reading a value: complete, cut off by the end of the text, or malformed. */
export type Read = 'whole' | 'partial' | 'wrong';

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '/': '/' };
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const BARE_WORD = /[^\s,:=[\]{}()"']+/y;
/** Maximum nesting of values. */
const MAX_DEPTH = 200;

/**
 * Reads values in a notation like Python's, or in JSON, and writes them as JSON. The output for the beginning of a text is a
 * beginning of the output for the whole text.
 */
export class ValueReader {
  readonly #text: string;
  readonly #notation: ValueNotation;
  /** True if no more text will come. */
  readonly #isEnd: boolean;
  at: number;
  json = '';

  constructor(text: string, at: number, notation: ValueNotation, isEnd = false) {
    this.#text = text;
    this.at = at;
    this.#notation = notation;
    this.#isEnd = isEnd;
  }

  value(depth = 0): Read {
    this.#skipSpace();
    if (depth > MAX_DEPTH) return 'wrong';
    const quote = this.#quote();
    if (quote === 'partial') return 'partial';
    if (quote !== null) return this.#string(quote);
    switch (this.#text[this.at]) {
      case undefined:
        return 'partial';
      case '{': {
        this.at++;
        const read = this.members(':', depth + 1);
        if (read === 'whole') this.at++;
        return read;
      }
      case '[':
        return this.#list(depth + 1);
      default:
        return this.#word();
    }
  }

  /** Reads names and values up to the closing bracket, which is not consumed. Writes an object. */
  members(assign: '=' | ':', depth = 0): Read {
    return this.#items('{', '}', /[)}]/, () => {
      const key = this.#key();
      if (key !== 'whole') return key;
      this.#skipSpace();
      const mark = this.#text[this.at];
      if (mark === undefined) return 'partial';
      if (mark !== assign) return 'wrong';
      this.at++;
      this.json += ': ';
      return this.value(depth);
    });
  }

  #list(depth: number): Read {
    this.at++;
    const read = this.#items('[', ']', /\]/, () => this.value(depth));
    if (read === 'whole') this.at++;
    return read;
  }

  #items(open: string, close: string, end: RegExp, item: () => Read): Read {
    this.json += open;
    for (let n = 0; ; n++) {
      this.#skipSpace();
      const char = this.#text[this.at];
      if (char === undefined) return 'partial';
      if (end.test(char)) {
        this.json += close;
        return 'whole';
      }
      if (n > 0) {
        if (char !== ',') return 'wrong';
        this.at++;
        this.#skipSpace();
        const next = this.#text[this.at];
        if (next === undefined) return 'partial';
        if (end.test(next)) continue;
        this.json += ', ';
      }
      const read = item();
      if (read !== 'whole') return read;
    }
  }

  #key(): Read {
    const quote = this.#quote();
    if (quote === 'partial') return 'partial';
    if (quote !== null) return this.#string(quote);
    const word = this.#bareWord();
    if (word === '') return 'wrong';
    if (this.at === this.#text.length) return 'partial';
    this.json += JSON.stringify(word);
    return 'whole';
  }

  #word(): Read {
    const word = this.#bareWord();
    if (word === '') return 'wrong';
    if (this.at === this.#text.length && !this.#isEnd) return 'partial';
    const { words } = this.#notation;
    if (word === words.true) this.json += 'true';
    else if (word === words.false) this.json += 'false';
    else if (word === words.null) this.json += 'null';
    else this.json += NUMBER.test(word) || /^(true|false|null)$/.test(word) ? word : JSON.stringify(word);
    return 'whole';
  }

  #bareWord(): string {
    const pattern = new RegExp(BARE_WORD);
    pattern.lastIndex = this.at;
    const [word = ''] = pattern.exec(this.#text) ?? [];
    this.at += word.length;
    return word;
  }

  /** Next quote; null if there is none, 'partial' if further text could complete one. */
  #quote(): string | 'partial' | null {
    const rest = this.#text.slice(this.at);
    const quotes = [...this.#notation.quotes, '"'];
    const found = quotes.find(quote => rest.startsWith(quote));
    if (found !== undefined) return found;
    return rest !== '' && !this.#isEnd && quotes.some(quote => quote.startsWith(rest)) ? 'partial' : null;
  }

  #string(quote: string): Read {
    const hasEscapes = this.#notation.hasEscapes || quote === '"';
    this.at += quote.length;
    this.json += '"';
    while (this.at < this.#text.length) {
      if (this.#text.startsWith(quote, this.at)) {
        this.at += quote.length;
        this.json += '"';
        return 'whole';
      }
      if (quote.startsWith(this.#text.slice(this.at))) return 'partial';
      const char = String.fromCodePoint(this.#text.codePointAt(this.at) ?? 0);
      if (isHalf(char)) return 'partial';
      if (!hasEscapes || char !== '\\') {
        this.json += inString(char);
        this.at += char.length;
      } else if (!this.#escape()) return 'partial';
    }
    return 'partial';
  }

  /** Reads an escape sequence; false if it is incomplete. */
  #escape(): boolean {
    const letter = this.#text[this.at + 1];
    if (letter === undefined) return false;
    const hex = letter === 'u' ? 4 : letter === 'x' ? 2 : 0;
    const digits = this.#text.slice(this.at + 2, this.at + 2 + hex);
    if (/^[0-9a-fA-F]*$/.test(digits)) {
      if (digits.length < hex) return false;
      if (hex > 0) {
        this.json += `\\u${digits.padStart(4, '0')}`;
        this.at += 2 + hex;
        return true;
      }
    }
    const known = ESCAPED[letter] ?? (/["'\\]/.test(letter) ? letter : `\\${letter}`);
    this.json += inString(known);
    this.at += 2;
    return true;
  }

  #skipSpace(): void {
    while (this.at < this.#text.length && /\s/.test(this.#text[this.at])) this.at++;
  }
}

/** Text as written between JSON's quotes. */
export function inString(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** True if a text ends with a high surrogate. */
export function isHalf(text: string): boolean {
  return /[\ud800-\udbff]$/.test(text);
}
