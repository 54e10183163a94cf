import type { Token } from 'markdown-it';
import { safeAddress } from './addresses.ts';
import type { Align, Block, Cell, Inline, Item, List, Table } from './tree.ts';

/** Depth of emphasis in emphasis, from which on it has no effect: browsers lay out elements recursively. */
const MAX_DEPTH = 16;

/** Block with the line on which it starts. */
export interface PlacedBlock {
  readonly line: number;
  readonly block: Block;
}

/** Reads the parser's tokens as a tree. */
export function readTokens(tokens: readonly Token[], isStreaming: boolean): PlacedBlock[] {
  const cursor = new Cursor(tokens, isStreaming);
  const blocks: PlacedBlock[] = [];
  for (let token = cursor.next(); token; token = cursor.next()) {
    const block = readBlock(token, cursor);
    if (block) blocks.push({ line: token.map?.[0] ?? 0, block });
  }
  return blocks;
}

class Cursor {
  readonly #tokens: readonly Token[];
  readonly #isStreaming: boolean;
  #next = 0;

  constructor(tokens: readonly Token[], isStreaming: boolean) {
    this.#tokens = tokens;
    this.#isStreaming = isStreaming;
  }

  next(): Token | undefined {
    return this.#tokens[this.#next++];
  }

  /** Next token, unless it ends the container `type`. */
  nextUntil(type: string): Token | undefined {
    const token = this.next();
    return token?.type === type ? undefined : token;
  }

  /** Whether the text after the current token is still to come. */
  get isAtEnd(): boolean {
    if (!this.#isStreaming) return false;
    let next = this.#next;
    while (this.#tokens[next]?.nesting === -1) next++;
    return next === this.#tokens.length;
  }
}

function readBlock(token: Token, cursor: Cursor): Block | null {
  switch (token.type) {
    case 'paragraph_open':
      return { kind: 'paragraph', children: readInlineUntil('paragraph_close', cursor) };
    case 'heading_open':
      return {
        kind: 'heading',
        level: Number(token.tag.slice(1)),
        children: readInlineUntil('heading_close', cursor),
      };
    case 'blockquote_open':
      return { kind: 'quote', children: readBlocksUntil('blockquote_close', cursor) };
    case 'bullet_list_open':
      return readList(null, 'bullet_list_close', cursor);
    case 'ordered_list_open':
      return readList(Number(token.attrGet('start') ?? 1), 'ordered_list_close', cursor);
    case 'table_open':
      return readTable(cursor);
    case 'fence': {
      const language = /\S+/.exec(token.info)?.[0] ?? '';
      return { kind: 'code', language, text: token.content, isOpen: !isClosed(token) && cursor.isAtEnd };
    }
    case 'code_block':
      return { kind: 'code', language: '', text: token.content, isOpen: cursor.isAtEnd };
    case 'formula_block':
      return { kind: 'formula', source: token.content, isOpen: token.meta?.isOpen === true };
    case 'deep_text':
      return { kind: 'paragraph', children: [{ kind: 'text', text: token.content }] };
    case 'hr':
      return { kind: 'rule' };
    default:
      return null;
  }
}

/** Whether a fence has its last line: all its lines but the first and the last are content. */
function isClosed({ map, content }: Token): boolean {
  const nLines = content === '' ? 0 : content.replace(/\n$/, '').split('\n').length;
  return map !== null && map[1] - map[0] === nLines + 2;
}

function readBlocksUntil(end: string, cursor: Cursor): Block[] {
  const blocks: Block[] = [];
  for (let token = cursor.nextUntil(end); token; token = cursor.nextUntil(end)) {
    const block = readBlock(token, cursor);
    if (block) blocks.push(block);
  }
  return blocks;
}

function readList(start: number | null, end: string, cursor: Cursor): List {
  const items: Item[] = [];
  while (cursor.nextUntil(end)) items.push(readItem(readBlocksUntil('list_item_close', cursor)));
  return { kind: 'list', start, items };
}

/** Takes the box of a task from the start of an item. */
function readItem(children: readonly Block[]): Item {
  const [first, ...others] = children;
  if (first?.kind !== 'paragraph') return { done: null, children };
  const [text, ...rest] = first.children;
  const box = text?.kind === 'text' ? /^\[([ xX])\]\s+/.exec(text.text) : null;
  if (text?.kind !== 'text' || !box) return { done: null, children };
  const task: Inline = { kind: 'text', text: text.text.slice(box[0].length) };
  return { done: box[1] !== ' ', children: [{ kind: 'paragraph', children: [task, ...rest] }, ...others] };
}

function readTable(cursor: Cursor): Table {
  const rows: Cell[][] = [];
  const aligns: Align[] = [];
  for (let token = cursor.nextUntil('table_close'); token; token = cursor.nextUntil('table_close')) {
    if (token.type === 'tr_open') rows.push([]);
    if (token.type === 'th_open') aligns.push(alignOf(token));
    if (token.type === 'inline') rows.at(-1)?.push(readInline(token));
  }
  const [head = [], ...body] = rows;
  return { kind: 'table', aligns, head, rows: body };
}

function alignOf(cell: Token): Align {
  const style = cell.attrGet('style');
  return (['left', 'center', 'right'] as const).find(align => style === `text-align:${align}`) ?? null;
}

function readInlineUntil(end: string, cursor: Cursor): Inline[] {
  const inlines: Inline[] = [];
  for (let token = cursor.nextUntil(end); token; token = cursor.nextUntil(end)) {
    inlines.push(...readInline(token));
  }
  return inlines;
}

function readInline({ children }: Token): Inline[] {
  return readInlinesUntil(null, new Cursor(children ?? [], false), 0);
}

function readInlinesUntil(end: string | null, cursor: Cursor, depth: number): Inline[] {
  const inlines: Inline[] = [];
  let nIgnored = 0;
  for (let token = cursor.next(); token; token = cursor.next()) {
    if (token.nesting === -1 && nIgnored === 0 && token.type === end) break;
    if (token.nesting === 1 && depth === MAX_DEPTH) nIgnored++;
    else if (token.nesting === -1) nIgnored--;
    else {
      const inline = readInlineToken(token, cursor, depth);
      if (inline) inlines.push(inline);
    }
  }
  return inlines;
}

function readInlineToken(token: Token, cursor: Cursor, depth: number): Inline | null {
  const childrenUntil = (end: string) => readInlinesUntil(end, cursor, depth + 1);
  switch (token.type) {
    case 'text':
      return token.content === '' ? null : { kind: 'text', text: token.content };
    case 'softbreak':
    case 'hardbreak':
      return { kind: 'break' };
    case 'code_inline':
      return { kind: 'code', text: token.content };
    case 'formula':
      return {
        kind: 'formula',
        source: token.content,
        isDisplay: token.meta?.isDisplay === true,
        isOpen: token.meta?.isOpen === true,
      };
    case 'em_open':
      return { kind: 'emphasis', children: childrenUntil('em_close') };
    case 'strong_open':
      return { kind: 'strong', children: childrenUntil('strong_close') };
    case 's_open':
      return { kind: 'struck', children: childrenUntil('s_close') };
    case 'link_open':
      return { kind: 'link', address: addressOf(token, 'href'), children: childrenUntil('link_close') };
    case 'image':
      return { kind: 'image', address: addressOf(token, 'src'), alt: token.content };
    default:
      return null;
  }
}

/** Checks the address again, whatever the parser has accepted. */
function addressOf(token: Token, name: string): string | null {
  const address = token.attrGet(name);
  return address === null ? null : safeAddress(String(address));
}
