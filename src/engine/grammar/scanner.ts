import { ForetokenError } from '../../util/errors.ts';
import { MAX_CODE_POINT } from './grammar.ts';

const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const CONTROL_ESCAPES: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };
const NAME = /[a-zA-Z0-9-]+/y;
const INTEGER = /[0-9]+/y;
const LINE_SPACE = /(?:[ \t]|#[^\r\n]*)*/y;
const SPACE = /(?:[ \t\r\n]|#[^\r\n]*)*/y;

/** Lexer for GBNF. */
export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  startsWith(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  /** Consumes `text` if it comes next. */
  skip(text: string): boolean {
    const found = this.startsWith(text);
    if (found) this.#at += text.length;
    return found;
  }

  expect(text: string): void {
    if (!this.skip(text)) throw this.error(`expecting '${text}'`);
  }

  /** Skips blanks and comments, and with `lines` also line ends. */
  skipSpace(lines: boolean): void {
    this.#match(lines ? SPACE : LINE_SPACE);
  }

  /** Reads a rule name; null if none comes next. */
  name(): string | null {
    return this.#match(NAME);
  }

  integer(): number | null {
    const digits = this.#match(INTEGER);
    return digits === null ? null : Number(digits);
  }

  /** Reads one code point, escaped or not. */
  character(): number {
    if (this.isAtEnd) throw this.error('unexpected end of input');
    if (this.startsWith('\\')) return this.#escape();
    const codePoint = this.#text.codePointAt(this.#at) ?? 0;
    this.#at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  /** Creates a grammar error with its position, worded like llama-server's. */
  error(reason: string): ForetokenError {
    const before = this.#text.slice(0, this.#at).split('\n');
    const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
    return grammarError(`line ${line}, column ${column}: ${reason}`);
  }

  #escape(): number {
    const letter = this.#text[this.#at + 1] ?? '';
    const nDigits = HEX_DIGITS[letter];
    if (nDigits !== undefined) {
      const digits = this.#text.slice(this.#at + 2, this.#at + 2 + nDigits);
      if (digits.length < nDigits || !/^[0-9a-fA-F]+$/.test(digits)) {
        throw this.error(`expecting ${nDigits} hexadecimal digits behind \\${letter}`);
      }
      this.#at += 2 + nDigits;
      return Math.min(Number.parseInt(digits, 16), MAX_CODE_POINT);
    }
    const char = CONTROL_ESCAPES[letter] ?? (/[\\"[\]-]/.test(letter) ? letter : null);
    if (char === null) throw this.error(`unknown escape '\\${letter}'`);
    this.#at += 2;
    return char.charCodeAt(0);
  }

  #match(pattern: RegExp): string | null {
    const sticky = new RegExp(pattern);
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0] ?? null;
    this.#at += found?.length ?? 0;
    return found;
  }
}

/** Creates the error for an unusable grammar. */
export function grammarError(reason: string): ForetokenError {
  return new ForetokenError(
    'invalid_request',
    `Failed to initialize samplers: failed to parse grammar (${reason})`,
  );
}
