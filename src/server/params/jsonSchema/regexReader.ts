import type { Ranges } from '../../../engine/grammar/grammar.ts';
import { complementOf, unionOf } from '../../../engine/grammar/ranges.ts';
import { charRanges, isClassLetter, propertyRanges } from './charClasses.ts';
import type { Count } from './notation.ts';
import { choice, type Regex, sequence } from './regex.ts';

/** Expression that is malformed or that no grammar can express. */
export class UnsaidRegex extends Error {}

/** Escapes of control characters. */
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', 0: '\0' };
const MAX_DEPTH = 100;

/** Reads a regular expression in ECMA-262 syntax, which JSON Schema uses. Throws `UnsaidRegex`. */
export function readRegex(pattern: string): Regex {
  return new RegexReader(pattern).read();
}

class RegexReader {
  readonly #chars: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#chars = [...pattern];
  }

  read(): Regex {
    const regex = this.#choice(0);
    if (this.#at < this.#chars.length) throw new UnsaidRegex('has unbalanced parentheses');
    return regex;
  }

  #peek(ahead = 0): string | undefined {
    return this.#chars[this.#at + ahead];
  }

  #skip(text: string): boolean {
    const found = this.#chars.slice(this.#at, this.#at + text.length).join('') === text;
    if (found) this.#at += text.length;
    return found;
  }

  /** Consumes the next match of `pattern`. */
  #match(pattern: RegExp): RegExpExecArray | null {
    const found = pattern.exec(this.#chars.slice(this.#at, this.#at + 100).join(''));
    this.#at += found ? [...found[0]].length : 0;
    return found;
  }

  #choice(depth: number): Regex {
    const parts = [this.#sequence(depth)];
    while (this.#skip('|')) parts.push(this.#sequence(depth));
    return choice(parts);
  }

  #sequence(depth: number): Regex {
    const parts: Regex[] = [];
    for (let char = this.#peek(); char !== undefined && char !== '|' && char !== ')'; char = this.#peek()) {
      this.#at++;
      parts.push(this.#quantified(this.#atom(char, depth)));
    }
    return sequence(parts);
  }

  #atom(char: string, depth: number): Regex {
    switch (char) {
      case '.':
        return chars(charRanges('.'));
      case '(':
        return this.#group(depth);
      case '[':
        return chars(this.#class());
      case '\\':
        return chars(this.#escape());
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '*':
      case '+':
      case '?':
        throw new UnsaidRegex(`has nothing before '${char}'`);
      default:
        return chars(one(char));
    }
  }

  #group(depth: number): Regex {
    if (depth >= MAX_DEPTH) throw new UnsaidRegex(`has more than ${MAX_DEPTH} groups within each other`);
    if (this.#skip('?')) {
      const isPlain = this.#skip(':') || this.#match(/^P?<[\p{L}_$][\p{L}\p{N}_$]*>/u) !== null;
      if (!isPlain) throw unsaid(`(?${this.#match(/^<?[=!]?/)?.[0] ?? ''}`);
    }
    const regex = this.#choice(depth + 1);
    if (!this.#skip(')')) throw new UnsaidRegex('has unbalanced parentheses');
    return regex;
  }

  #class(): Ranges {
    const isNegated = this.#skip('^');
    const members: (readonly [number, number])[] = [];
    while (!this.#skip(']')) {
      const first = this.#classMember();
      const isRange =
        first.length === 2 && first[0] === first[1] && this.#peek() === '-' && this.#peek(1) !== ']';
      if (isRange) {
        this.#at++;
        const last = this.#classMember();
        if (last[0] < first[0] || last[0] !== last[1])
          throw new UnsaidRegex('has a range of characters out of order');
        members.push([first[0], last[0]]);
      } else for (let i = 0; i < first.length; i += 2) members.push([first[i], first[i + 1]]);
    }
    const ranges = unionOf(members);
    return isNegated ? complementOf(ranges) : ranges;
  }

  #classMember(): Ranges {
    const char = this.#chars[this.#at++];
    if (char === undefined) throw new UnsaidRegex('has unbalanced square brackets');
    if (char !== '\\') return one(char);
    // Inside a class `\b` is a backspace; elsewhere it is a word boundary.
    return this.#skip('b') ? one('\b') : this.#escape();
  }

  /** Characters of an escape, without its `\`. */
  #escape(): Ranges {
    const letter = this.#chars[this.#at++];
    if (letter === undefined) throw new UnsaidRegex('ends within an escape');
    if (isClassLetter(letter)) return charRanges(letter);
    switch (letter) {
      case 'p':
      case 'P': {
        const name = this.#match(/^\{([^}]*)\}/)?.[1];
        const ranges = name === undefined ? null : propertyRanges(name);
        if (ranges === null) throw unsaid(`\\${letter}${name === undefined ? '' : `{${name}}`}`);
        return letter === 'p' ? ranges : complementOf(ranges);
      }
      case 'u':
      case 'x':
        return this.#codePoint(letter);
      case 'c': {
        const control = this.#match(/^[a-zA-Z]/)?.[0];
        if (control === undefined) throw unsaid('\\c');
        return one(String.fromCharCode(control.charCodeAt(0) % 32));
      }
    }
    const control = CONTROLS[letter];
    if (control !== undefined && !/^\d/.test(this.#peek() ?? '')) return one(control);
    if (/[a-zA-Z0-9]/.test(letter)) throw unsaid(`\\${letter}`);
    return one(letter);
  }

  #codePoint(letter: string): Ranges {
    const pair =
      letter === 'u' ? this.#match(/^([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/) : null;
    if (pair) return one(String.fromCharCode(...pair.slice(1).map(digits => Number.parseInt(digits, 16))));
    const braced = letter === 'u' ? this.#match(/^\{0*([0-9a-fA-F]{1,6})\}/) : null;
    const digits = braced ?? this.#match(letter === 'u' ? /^([0-9a-fA-F]{4})/ : /^([0-9a-fA-F]{2})/);
    const codePoint = Number.parseInt(digits?.[1] ?? '', 16);
    if (!(codePoint <= 0x10ffff)) throw unsaid(`\\${letter}`);
    return [codePoint, codePoint];
  }

  #quantified(part: Regex): Regex {
    const count = this.#count();
    if (count === null) return part;
    if (part.kind === 'start' || part.kind === 'end') throw new UnsaidRegex('repeats an anchor');
    if (count.min > count.max) throw new UnsaidRegex('has a repetition out of order');
    // Lazy and possessive quantifiers match the same texts.
    if (!this.#skip('?')) this.#skip('+');
    if (/^[*+?]$/.test(this.#peek() ?? '')) throw new UnsaidRegex(`has nothing before '${this.#peek()}'`);
    return { kind: 'repeat', part, count };
  }

  #count(): Count | null {
    if (this.#skip('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#skip('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#skip('?')) return { min: 0, max: 1 };
    // A brace that starts no quantifier is a literal.
    const [found, min = '', comma = '', max = ''] = this.#match(/^\{(?=,?\d)(\d*)(,?)(\d*)\}/) ?? [];
    if (found === undefined) return null;
    const least = Number(min);
    return { min: least, max: comma === '' ? least : max === '' ? Number.POSITIVE_INFINITY : Number(max) };
  }
}

function chars(ranges: Ranges): Regex {
  return { kind: 'chars', ranges };
}

function one(char: string): Ranges {
  const codePoint = char.codePointAt(0) ?? 0;
  return [codePoint, codePoint];
}

function unsaid(syntax: string): UnsaidRegex {
  return new UnsaidRegex(`has ${syntax}, which a grammar cannot say`);
}
