import type { tokenize } from '@huggingface/jinja';
import { COMPARISONS } from './operators.ts';

export type Token = ReturnType<typeof tokenize>[number];

/** Marker filter that no template can name. It separates a comparison in parentheses from a chain of comparisons. */
export const GROUP = '()';

const OPENING: readonly Token['type'][] = ['OpenParen', 'OpenSquareBracket', 'OpenCurlyBracket'];
const CLOSING: readonly Token['type'][] = ['CloseParen', 'CloseSquareBracket', 'CloseCurlyBracket'];

/** Tokens that can start a test's argument without parentheses. */
const OPERANDS: readonly Token['type'][] = [
  'Identifier',
  'StringLiteral',
  'NumericLiteral',
  'OpenSquareBracket',
  'OpenCurlyBracket',
];
const KEYWORDS: readonly string[] = ['and', 'or', 'not', 'if', 'else', 'in', 'is', 'recursive'];

/**
 * Rewrites tests as filters: `x is not divisibleby 3` becomes `x | "is not divisibleby"(3)`. The library's tests take no
 * arguments, and in Jinja2 filters and tests have the same precedence.
 */
export function testsAsFilters(tokens: readonly Token[]): Token[] {
  const found: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const isTest = isWord(tokens[i], 'is') && tokens[i - 1]?.type !== 'Dot';
    if (!isTest) {
      found.push(tokens[i]);
      continue;
    }
    const negates = isWord(tokens[i + 1], 'not');
    const at = i + (negates ? 2 : 1);
    const name = tokens[at];
    if (name?.type !== 'Identifier') throw new SyntaxError("expected the name of a test behind 'is'");
    found.push(pipe(), identifier(`${negates ? 'is not' : 'is'} ${name.value}`));
    const end = operandEnd(tokens, at + 1);
    if (end > at + 1) {
      const argument = testsAsFilters(tokens.slice(at + 1, end));
      found.push(token('OpenParen', '('), ...argument, token('CloseParen', ')'));
    }
    i = end - 1;
  }
  return found;
}

/** Index behind the argument without parentheses that starts at `start`; `start` if there is none. */
function operandEnd(tokens: readonly Token[], start: number): number {
  const first = tokens[start];
  if (first === undefined || !OPERANDS.includes(first.type)) return start;
  if (first.type === 'Identifier' && KEYWORDS.includes(first.value)) return start;
  let end = groupEnd(tokens, start);
  while (end < tokens.length) {
    if (tokens[end].type === 'Dot') end += 2;
    else if (tokens[end].type === 'OpenParen' || tokens[end].type === 'OpenSquareBracket') {
      end = groupEnd(tokens, end);
    } else break;
  }
  return end;
}

/** Index behind the closing bracket for the one at `start`, or behind the single token there. */
function groupEnd(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let i = start; i < tokens.length; i++) {
    if (OPENING.includes(tokens[i].type)) depth++;
    if (CLOSING.includes(tokens[i].type)) depth--;
    if (depth === 0) return i + 1;
  }
  return tokens.length;
}

/** Rewrites `(a < b)` as `((a < b) | GROUP)`, because the library's tree for `(a < b) == c` and `a < b == c` is the same. */
export function markGroups(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((each, i) => {
    if (each.type === 'OpenParen' && isGroup(tokens, i)) return [each, token('OpenParen', '(')];
    if (each.type !== 'CloseParen' || !isGroup(tokens, groupStart(tokens, i))) return [each];
    return [token('CloseParen', ')'), pipe(), identifier(GROUP), each];
  });
}

/** True if the parentheses that open at `start` hold one expression with a comparison. */
function isGroup(tokens: readonly Token[], start: number): boolean {
  let depth = 0;
  let compares = false;
  for (const each of tokens.slice(start, groupEnd(tokens, start))) {
    if (CLOSING.includes(each.type)) depth--;
    if (depth === 1 && (each.type === 'Comma' || each.type === 'Equals')) return false;
    if (depth === 1 && each.type !== 'StringLiteral' && COMPARISONS.includes(each.value)) compares = true;
    if (OPENING.includes(each.type)) depth++;
  }
  return compares;
}

function groupStart(tokens: readonly Token[], end: number): number {
  let depth = 0;
  for (let i = end; i >= 0; i--) {
    if (CLOSING.includes(tokens[i].type)) depth++;
    if (OPENING.includes(tokens[i].type)) depth--;
    if (depth === 0) return i;
  }
  return 0;
}

function isWord(each: Token | undefined, word: string): boolean {
  return each?.type === 'Identifier' && each.value === word;
}

function token(type: Token['type'], value: string): Token {
  return { type, value };
}

function pipe(): Token {
  return token('Pipe', '|');
}

function identifier(name: string): Token {
  return token('Identifier', name);
}
