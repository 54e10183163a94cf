import type { Ranges } from '../../../engine/grammar/grammar.ts';
import { complementOf, intersects, unionOf } from '../../../engine/grammar/ranges.ts';
import { conversionError } from './errors.ts';
import { literal, repeated } from './notation.ts';
import type { RuleSet } from './ruleSet.ts';
import type { Count } from './schema.ts';

type Pairs = readonly (readonly [number, number])[];

/** Classes of one letter; in capitals they stand for everything else. */
const LETTER_CLASSES: Readonly<Record<string, string>> = { d: '09', w: '09AZ__az', s: '  \t\r' };
/** Escapes that stand for control characters, which JSON writes as two characters. */
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', b: '\b' };
/** What JSON escapes within a string. */
const ESCAPED: Pairs = [
  [0x00, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x7f, 0x7f],
];
const MAX_DEPTH = 100;

/**
 * GBNF of the JSON strings whose text a regular expression matches, which has to begin with ^ and end with $. What it
 * matches is written as JSON, `"` as `\"`. Of control characters a class knows those that JSON has a letter for, and a
 * negated one none; a dot takes any escape sequence.
 *
 * Throws `invalid_request` for what is malformed, and for assertions, back references and the like.
 */
export function patternRule(pattern: string, rules: RuleSet): string {
  if (pattern.length < 2 || !pattern.startsWith('^') || !pattern.endsWith('$')) {
    throw conversionError("Pattern must start with '^' and end with '$'");
  }
  return `"\\"" (${new PatternReader(pattern.slice(1, -1), rules).read()}) "\\"" space`;
}

class PatternReader {
  readonly #chars: readonly string[];
  readonly #rules: RuleSet;
  #at = 0;

  constructor(pattern: string, rules: RuleSet) {
    this.#chars = [...pattern];
    this.#rules = rules;
  }

  read(): string {
    const body = this.#alternatives(0);
    if (this.#at < this.#chars.length) throw conversionError('Unbalanced parentheses');
    return body;
  }

  #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  #skip(char: string): boolean {
    const found = this.#peek() === char;
    if (found) this.#at++;
    return found;
  }

  #alternatives(depth: number): string {
    const alternatives = [this.#sequence(depth)];
    while (this.#skip('|')) alternatives.push(this.#sequence(depth));
    return alternatives.join(' | ');
  }

  #sequence(depth: number): string {
    const atoms: string[] = [];
    for (let char = this.#peek(); char !== undefined && char !== '|' && char !== ')'; char = this.#peek()) {
      this.#at++;
      atoms.push(this.#quantified(this.#atom(char, depth)));
    }
    return atoms.join(' ') || '""';
  }

  #atom(char: string, depth: number): string {
    switch (char) {
      case '.':
        return this.#rules.shared('char');
      case '(':
        return this.#group(depth);
      case '[':
        return this.#characterClass();
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
      case '{':
        throw conversionError(`Nothing comes before '${char}' in the pattern`);
      case '^':
      case '$':
        throw unsupported(char);
      default:
        return jsonText(char);
    }
  }

  #group(depth: number): string {
    if (depth >= MAX_DEPTH) throw conversionError(`More than ${MAX_DEPTH} groups within each other`);
    if (this.#skip('?') && !this.#skip(':')) throw unsupported(`(?${this.#peek() ?? ''}`);
    const body = this.#alternatives(depth + 1);
    if (!this.#skip(')')) throw conversionError('Unbalanced parentheses');
    return `(${body})`;
  }

  #escape(): string {
    const letter = this.#chars[this.#at++];
    if (letter === undefined) throw unsupported('\\');
    const members = letterClass(letter);
    if (members) return characterClass(members, letter !== letter.toLowerCase());
    // Within brackets a backspace, here the bound of a word.
    if (letter === 'b') throw unsupported('\\b');
    return jsonText(CONTROLS[letter] ?? this.#escaped(letter));
  }

  /** The character that `\` with `letter` stands for; letters that stand for something else are refused. */
  #escaped(letter: string): string {
    if (letter === 'u' || letter === 'x') {
      const digits = this.#chars.slice(this.#at, this.#at + (letter === 'u' ? 4 : 2)).join('');
      if (!/^(?:[0-9a-fA-F]{2}){1,2}$/.test(digits)) throw unsupported(`\\${letter}`);
      this.#at += digits.length;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (/[a-zA-Z0-9]/.test(letter)) throw unsupported(`\\${letter}`);
    return letter;
  }

  #characterClass(): string {
    const isNegated = this.#skip('^');
    const members: (readonly [number, number])[] = [];
    while (!this.#skip(']')) {
      const first = this.#classMember();
      const isRange = first.length === 1 && this.#peek() === '-' && this.#chars[this.#at + 1] !== ']';
      if (!isRange) {
        members.push(...first);
        continue;
      }
      this.#at++;
      members.push([first[0][0], (this.#classMember()[0] ?? first[0])[1]]);
    }
    if (members.length === 0) throw conversionError('Empty square brackets');
    return characterClass(members, isNegated);
  }

  #classMember(): Pairs {
    const char = this.#chars[this.#at++];
    if (char === undefined) throw conversionError('Unbalanced square brackets');
    if (char !== '\\') return single(char);
    const letter = this.#chars[this.#at++];
    if (letter === undefined) throw conversionError('Unbalanced square brackets');
    const members = letterClass(letter);
    if (members && letter !== letter.toLowerCase()) throw unsupported(`[\\${letter}]`);
    return members ?? single(CONTROLS[letter] ?? this.#escaped(letter));
  }

  #quantified(atom: string): string {
    const count = this.#count();
    if (count === null) return atom;
    // A lazy or possessive quantifier matches the same texts.
    if (!this.#skip('?')) this.#skip('+');
    return repeated(`(${atom})`, count) || '""';
  }

  #count(): Count | null {
    if (this.#skip('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.#skip('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.#skip('?')) return { min: 0, max: 1 };
    if (!this.#skip('{')) return null;
    const end = this.#chars.indexOf('}', this.#at);
    if (end < 0) throw conversionError('Unbalanced curly brackets');
    const [, min = '', comma, max = ''] =
      /^(\d*)(,?)(\d*)$/.exec(this.#chars.slice(this.#at, end).join('')) ?? [];
    if (comma === undefined || (min === '' && max === '')) {
      throw conversionError('Invalid number in curly brackets');
    }
    this.#at = end + 1;
    const least = Number(min);
    return { min: least, max: comma === '' ? least : max === '' ? Number.POSITIVE_INFINITY : Number(max) };
  }
}

function single(char: string): Pairs {
  const codePoint = char.codePointAt(0) ?? 0;
  return [[codePoint, codePoint]];
}

function letterClass(letter: string): Pairs | null {
  const ends = LETTER_CLASSES[letter.toLowerCase()];
  if (ends === undefined) return null;
  return ends.match(/../gs)?.map(([first, last]) => [first.charCodeAt(0), last.charCodeAt(0)] as const) ?? [];
}

/** A class of GBNF, and beside it, for members that JSON escapes, their escape sequences. */
function characterClass(members: Pairs, isNegated: boolean): string {
  const asked = unionOf(members);
  const ranges = isNegated ? complementOf(asked) : asked;
  const plain = complementOf(unionOf([...pairsOf(complementOf(ranges)), ...ESCAPED]));
  const alternatives = plain.length > 0 ? [`[${pairsOf(plain).map(rangeText).join('')}]`] : [];
  const escapable = isNegated ? '"\\' : '"\\\n\r\t\f\b';
  for (const char of escapable) {
    const codePoint = char.charCodeAt(0);
    if (intersects(ranges, codePoint, codePoint)) alternatives.push(jsonText(char));
  }
  if (alternatives.length === 0) throw conversionError('Square brackets that no character of JSON matches');
  return alternatives.length === 1 ? alternatives[0] : `(${alternatives.join(' | ')})`;
}

function pairsOf(ranges: Ranges): Pairs {
  return Array.from({ length: ranges.length / 2 }, (_, i) => [ranges[2 * i], ranges[2 * i + 1]] as const);
}

function rangeText([first, last]: readonly [number, number]): string {
  return first === last ? classCharacter(first) : `${classCharacter(first)}-${classCharacter(last)}`;
}

function classCharacter(codePoint: number): string {
  const char = String.fromCodePoint(codePoint);
  return /[a-zA-Z0-9]/.test(char) ? char : `\\U${codePoint.toString(16).padStart(8, '0')}`;
}

/** A character of the text as it stands in a JSON string. */
function jsonText(char: string): string {
  return literal(JSON.stringify(char).slice(1, -1));
}

function unsupported(syntax: string): Error {
  return conversionError(`Unsupported pattern syntax: ${syntax}`);
}
