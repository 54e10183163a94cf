import type { Delimiter, Env, MarkdownIt, StateCore, StateInline, Token } from 'markdown-it';

/**
 * Shows the end of a text that is still being written as it will look when it is finished: emphasis, code and links that are open
 * at the end of the last paragraph are closed there. Without this, "**wor" would first appear with its asterisks.
 */
export interface ReadingEnv extends Env {
  /** Whether more text will follow. */
  readonly isStreaming: boolean;
  /** Inline tokens that the end of the text belongs to. */
  open?: Token[];
}

/** Whether the rule is at the text that more text may follow, rather than in a label or an earlier block. */
export function isUnfinished({ env, tokens, src, posMax }: StateInline): boolean {
  return env.open === tokens && posMax === src.length;
}

export function addUnfinished(parser: MarkdownIt): void {
  parser.core.ruler.after('block', 'find_open', findOpen);
  parser.inline.ruler.before('backticks', 'open_code', openCode);
  parser.inline.ruler.before('link', 'open_link', openLink);
  parser.inline.ruler2.after('balance_pairs', 'close_open', closeOpen);
}

/** Finds the last inline text; cells that fill up the last row of a table are empty. */
function findOpen({ env, tokens, src }: StateCore): void {
  if (env.isStreaming !== true) return;
  // Not all of the text is parsed while it grows: an address would be known in some places only.
  delete env.references;
  if (/\n[ \t]*\n$/.test(src)) return;
  const last = tokens.findLast(token => token.nesting !== -1 && !isEmptyCell(token));
  if (last?.type === 'inline' && last.children) env.open = last.children;
}

function isEmptyCell({ type, content }: Token): boolean {
  return type === 'td_open' || (type === 'inline' && content === '');
}

function openCode(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (silent || src[pos] !== '`' || !isUnfinished(state)) return false;
  const run = /^`+/.exec(src.slice(pos))?.[0] ?? '';
  const rest = src.slice(pos + run.length);
  if ([...rest.matchAll(/`+/g)].some(([other]) => other.length === run.length)) return false;
  const token = state.push('code_inline', 'code', 0);
  token.content = rest.replaceAll('\n', ' ').trimStart();
  state.pos = state.posMax;
  return true;
}

/** Shows the label alone while the address is being written. */
function openLink(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  const isImage = src.startsWith('![', pos);
  if (silent || !(isImage || src[pos] === '[') || !isUnfinished(state)) return false;
  const label = pos + (isImage ? 1 : 0);
  const labelEnd = state.md.helpers.parseLinkLabel(state, label, !isImage);
  if (labelEnd < 0 || !/^\]\([^\s()]*(?:\s+"[^"]*)?$/.test(src.slice(labelEnd, labelEnd + 4000)))
    return false;
  state.push('link_open', 'a', 1);
  state.pos = label + 1;
  state.posMax = labelEnd;
  state.linkLevel++;
  state.md.inline.tokenize(state);
  state.linkLevel--;
  state.push('link_close', 'a', -1);
  state.pos = src.length;
  state.posMax = src.length;
  return true;
}

/** Pairs the openers that no closer and no pair around them has taken with closers at the end. */
function closeOpen(state: StateInline): void {
  if (!isUnfinished(state)) return;
  const { delimiters } = state;
  const openers: Delimiter[] = [];
  for (let i = 0; i < delimiters.length; i++) {
    const delimiter = delimiters[i];
    if (!delimiter) break;
    if (delimiter.end > i) i = delimiter.end;
    // One that could close as well stands within a word, as in 2*3.
    else if (delimiter.open && !delimiter.close && delimiter.end < 0) openers.push(delimiter);
  }
  for (const opener of openers.toReversed()) {
    state.push('text', '', 0);
    opener.end = delimiters.length;
    delimiters.push({ ...opener, token: state.tokens.length - 1, end: -1, open: false, close: true });
  }
}
