import { MAX_CODE_POINT, type Ranges } from '../../../engine/grammar/grammar.ts';
import { complementOf, intersects, unionOf } from '../../../engine/grammar/ranges.ts';
import { literal } from './notation.ts';

type Pairs = readonly (readonly [number, number])[];

/** Classes of one letter as pairs of first and last character. A capital letter stands for the complement. */
const LETTER_CLASSES: Readonly<Record<string, string>> = {
  d: '09',
  w: '09AZ__az',
  s: '\t\r  \u00a0\u00a0\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f\u3000\u3000\ufeff\ufeff',
};
const LINE_ENDS = '\n\n\r\r\u2028\u2029';
const SURROGATES = [0xd800, 0xdfff] as const;
/** Characters that JSON must escape in a string, and further ones that models should not write raw. */
const ESCAPED: Pairs = [[0x00, 0x1f], [0x22, 0x22], [0x5c, 0x5c], [0x7f, 0x7f], SURROGATES];
/** Characters with a two-character escape in JSON, and the character behind the backslash. */
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\\\',
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
};
/** Number of code points that are tested for a property at once. */
const BLOCK = 0x800;

export function isClassLetter(letter: string): boolean {
  return Object.hasOwn(LETTER_CLASSES, letter.toLowerCase());
}

/** Characters of `.` and of classes such as `\d` and `\W`, by letter. */
export function charRanges(letter: string): Ranges {
  if (letter === '.') return complementOf(rangesOf(LINE_ENDS));
  const ranges = rangesOf(LETTER_CLASSES[letter.toLowerCase()] ?? '');
  return letter === letter.toLowerCase() ? ranges : complementOf(ranges);
}

/** Characters with a Unicode property, named as in `\p{…}`; null for an unknown name. */
export function propertyRanges(name: string): Ranges | null {
  let runs: RegExp;
  try {
    runs = new RegExp(`\\p{${name}}+`, 'gu');
  } catch {
    return null;
  }
  const pairs: (readonly [number, number])[] = [];
  for (let from = 0; from <= MAX_CODE_POINT; from += BLOCK) {
    if (from >= SURROGATES[0] && from <= SURROGATES[1]) continue;
    const block = String.fromCodePoint(...Array.from({ length: BLOCK }, (_, i) => from + i));
    for (const [run] of block.matchAll(runs)) {
      const first = run.codePointAt(0) ?? 0;
      pairs.push([first, first + [...run].length - 1]);
    }
  }
  return unionOf(pairs);
}

/** GBNF of one character of `ranges` in a JSON string; null if the ranges are empty. */
export function jsonChar(ranges: Ranges): string | null {
  const plain = complementOf(unionOf([...pairsOf(complementOf(ranges)), ...ESCAPED]));
  const has = (codePoint: number) => intersects(ranges, codePoint, codePoint);
  const alternatives = plain.length > 0 ? [`[${pairsOf(plain).map(rangeText).join('')}]`] : [];
  const short = Object.keys(SHORT_ESCAPES).filter(char => has(char.charCodeAt(0)));
  if (short.length === 1) alternatives.push(jsonText(short[0]));
  else if (short.length > 1) {
    alternatives.push(`"\\\\" [${short.map(char => SHORT_ESCAPES[char]).join('')}]`);
  }
  const long = [...Array(0x20).keys(), 0x7f].filter(
    codePoint => has(codePoint) && SHORT_ESCAPES[String.fromCharCode(codePoint)] === undefined,
  );
  for (const high of new Set(long.map(codePoint => codePoint >> 4))) {
    const digits = long
      .filter(codePoint => codePoint >> 4 === high)
      .map(codePoint => (codePoint % 16).toString(16));
    const both = new Set(digits.flatMap(digit => [digit, digit.toUpperCase()]));
    alternatives.push(`"\\\\u00${high}" [${[...both].join('')}]`);
  }
  if (alternatives.length === 0) return null;
  return alternatives.length === 1 ? alternatives[0] : `(${alternatives.join(' | ')})`;
}

/** Encodes a text for use inside a JSON string. */
export function jsonText(text: string): string {
  return literal(JSON.stringify(text).slice(1, -1));
}

function rangesOf(ends: string): Ranges {
  return unionOf(
    (ends.match(/../gs) ?? []).map(([first, last]) => [first.charCodeAt(0), last.charCodeAt(0)] as const),
  );
}

export function pairsOf(ranges: Ranges): Pairs {
  return Array.from({ length: ranges.length / 2 }, (_, i) => [ranges[2 * i], ranges[2 * i + 1]] as const);
}

function rangeText([first, last]: readonly [number, number]): string {
  return first === last ? classCharacter(first) : `${classCharacter(first)}-${classCharacter(last)}`;
}

function classCharacter(codePoint: number): string {
  const char = String.fromCodePoint(codePoint);
  if (/[a-zA-Z0-9 ]/.test(char)) return char;
  if (codePoint <= 0xff) return `\\x${codePoint.toString(16).padStart(2, '0')}`;
  return codePoint <= 0xffff
    ? `\\u${codePoint.toString(16).padStart(4, '0')}`
    : `\\U${codePoint.toString(16).padStart(8, '0')}`;
}
