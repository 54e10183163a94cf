import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';
import { isUnfinished } from './unfinished.ts';

interface Delimiters {
  readonly open: string;
  readonly close: string;
  readonly isDisplay: boolean;
}

const DOLLARS: Delimiters = { open: '$$', close: '$$', isDisplay: true };
const BRACKETS: Delimiters = { open: '\\[', close: '\\]', isDisplay: true };
const PARENTHESES: Delimiters = { open: '\\(', close: '\\)', isDisplay: false };
const DOLLAR: Delimiters = { open: '$', close: '$', isDisplay: false };

/** The longer delimiter comes first. */
const INLINE = [DOLLARS, DOLLAR, BRACKETS, PARENTHESES];
const BLOCK = [DOLLARS, BRACKETS];

/** Bounds the search for an end, which otherwise would take quadratic time. */
const MAX_LENGTH = 4000;
const MAX_LINES = 60;

/** Adds formulas: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`. Tokens hold the source between the delimiters. */
export function addFormulas(parser: MarkdownIt): void {
  parser.inline.ruler.before('escape', 'formula', inlineFormula);
  parser.block.ruler.before('fence', 'formula_block', blockFormula, {
    alt: ['paragraph', 'blockquote', 'list'],
  });
}

function inlineFormula(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  const delimiters = INLINE.find(({ open }) => src.startsWith(open, pos));
  if (!delimiters) return false;
  const { open, close, isDisplay } = delimiters;
  const start = pos + open.length;
  const end = findEnd(src.slice(0, Math.min(posMax, start + MAX_LENGTH)), start, close);
  const isOpen = end === -1;
  // A lone dollar is mostly an amount.
  if (isOpen && (delimiters === DOLLAR || silent || !isUnfinished(state))) return false;
  if (delimiters === DOLLAR && !isDollarFormula(src, pos, end)) return false;
  const source = src.slice(start, isOpen ? posMax : end).trim();
  if (source === '' && !isOpen) return false;
  if (!silent) {
    const token = state.push('formula', 'math', 0);
    token.content = source;
    token.meta = { isDisplay, isOpen };
  }
  state.pos = isOpen ? posMax : end + close.length;
  return true;
}

/** Finds `close` that no backslash escapes. */
function findEnd(text: string, start: number, close: string): number {
  for (let end = text.indexOf(close, start); end !== -1; end = text.indexOf(close, end + 1)) {
    let nSlashes = 0;
    while (end - nSlashes > start && text[end - nSlashes - 1] === '\\') nSlashes++;
    if (nSlashes % 2 === 0) return end;
  }
  return -1;
}

/** Tells a formula from amounts such as "$5 or $6", with Pandoc's rules and GitHub's. */
function isDollarFormula(src: string, open: number, close: number): boolean {
  const before = src[open - 1] ?? ' ';
  const first = src[open + 1] ?? ' ';
  const last = src[close - 1] ?? ' ';
  const after = src[close + 1] ?? ' ';
  return (
    !/[\p{L}\p{N}$]/u.test(before) && /\S/.test(first) && /\S/.test(last) && !/[\p{L}\p{N}$]/u.test(after)
  );
}

function blockFormula(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (indentOf(state, startLine) >= 4) return false;
  const first = lineOf(state, startLine);
  const delimiters = BLOCK.find(({ open }) => first.startsWith(open));
  if (!delimiters) return false;
  const { open, close } = delimiters;
  const mayBeOpen = state.env.isStreaming === true && endLine - startLine <= MAX_LINES;
  if (!mayBeOpen && !textFrom(state, startLine).includes(close, open.length)) return false;
  let line = startLine;
  let text = first.slice(open.length);
  let source = text;
  while (!text.includes(close)) {
    line++;
    if (line === endLine) {
      return (
        mayBeOpen && endLine === state.lineMax && pushBlock(state, startLine, line, source, true, silent)
      );
    }
    if (line - startLine > MAX_LINES || state.isEmpty(line) || indentOf(state, line) < 0) return false;
    text = lineOf(state, line);
    source += `\n${text}`;
  }
  // With text behind it, it is part of a paragraph.
  if (!text.endsWith(close) || text.indexOf(close) < text.length - close.length) return false;
  return pushBlock(state, startLine, line + 1, source.slice(0, -close.length), false, silent);
}

function pushBlock(
  state: StateBlock,
  start: number,
  end: number,
  source: string,
  isOpen: boolean,
  silent: boolean,
): boolean {
  if (silent) return true;
  const token = state.push('formula_block', 'math', 0);
  token.content = source.trim();
  token.map = [start, end];
  token.meta = { isOpen };
  state.line = end;
  return true;
}

/** Text from a line on, as long as a formula may be. */
function textFrom(state: StateBlock, line: number): string {
  const start = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  return state.src.slice(start, start + MAX_LENGTH);
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]).trimEnd();
}

/** Columns between the container's content and the line's. */
function indentOf(state: StateBlock, line: number): number {
  return (state.sCount[line] ?? 0) - state.blkIndent;
}
