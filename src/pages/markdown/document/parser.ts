import type { MarkdownIt as Parser, StateBlock } from 'markdown-it';
import MarkdownIt from 'markdown-it';
import { safeAddress } from './addresses.ts';
import { addFormulas } from './formulas.ts';
import { addUnfinished } from './unfinished.ts';

/** Depth of lists and quotes in each other, from which on their text is shown as it is. A list counts twice. */
const MAX_LEVEL = 40;

/**
 * Creates the parser of CommonMark with GitHub's tables and strikethrough, formulas, addresses that are links, and line breaks
 * where the text has them. HTML has no meaning.
 *
 * markdown-it was chosen among marked, mdast-util-from-markdown and itself because it alone takes linear time and no deep
 * recursion for all hostile texts of the tests; the two others overflow the stack at 10,000 `>`.
 */
export function createParser(): Parser {
  const parser = new MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting: 2 * MAX_LEVEL });
  parser.validateLink = address => safeAddress(address) !== null;
  // Otherwise names of files such as main.py or README.md are links.
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  parser.block.ruler.before('table', 'too_deep', tooDeep);
  addUnfinished(parser);
  addFormulas(parser);
  return parser;
}

/** Shows the lines up to the next blank one as text; the parser's own limit would drop them. */
function tooDeep(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  if (silent || state.level < MAX_LEVEL) return false;
  let line = startLine + 1;
  while (line < endLine && !state.isEmpty(line) && (state.sCount[line] ?? 0) >= state.blkIndent) line++;
  const token = state.push('deep_text', '', 0);
  token.content = state.getLines(startLine, line, state.blkIndent, false);
  token.map = [startLine, line];
  state.line = line;
  return true;
}
