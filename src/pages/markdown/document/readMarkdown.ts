import { withoutLastMarks, withTableHead } from './held.ts';
import { createParser } from './parser.ts';
import { type PlacedBlock, readTokens } from './readTokens.ts';
import type { Block } from './tree.ts';
import type { ReadingEnv } from './unfinished.ts';

/** Block of a text, with the part of the text that it comes from. */
export interface SourceBlock {
  /** Offset of `source` in the text, which identifies the block while the text grows. */
  readonly start: number;
  readonly source: string;
  readonly block: Block;
}

/** Text that was read. */
export interface Reading {
  readonly text: string;
  readonly isStreaming: boolean;
  /** Whether blocks may depend on others, see `DEFINITION`. */
  readonly hasDefinitions: boolean;
  readonly blocks: readonly SourceBlock[];
}

export const NOTHING: Reading = { text: '', isStreaming: false, hasDefinitions: false, blocks: [] };

/** More text may join the last two blocks: "2" below a list becomes its next item with the dot that follows. */
const N_CHANGING = 2;

/** Definition of an address, which changes links anywhere in a text. */
const DEFINITION = /^[ \t>]{0,8}\[[^\]\n]+\]:/m;

const PARSER = createParser();

/**
 * Reads a text that may be longer than the one before. Only its last two blocks are parsed again; the others are the same objects
 * as before, so that nothing of them is drawn again.
 *
 * Addresses that a text defines at another place (`[1]: https://…`) are unknown until it is complete.
 *
 * @param isStreaming whether more text will follow
 * @param before reading of the same text when it was shorter, or of any other
 */
export function readMarkdown(text: string, isStreaming: boolean, before: Reading = NOTHING): Reading {
  if (text === before.text && isStreaming === before.isStreaming) return before;
  const source = normalized(isStreaming ? withoutLastMarks(text) : text);
  const hasDefinitions = !isStreaming && DEFINITION.test(source);
  const known = hasDefinitions || before.hasDefinitions ? [] : before.blocks;
  const kept = keptBlocks(source, known);
  const last = kept.at(-1);
  const start = last ? last.start + last.source.length : 0;
  const parsed = parse(source.slice(start), isStreaming).map(block => ({
    ...block,
    start: block.start + start,
  }));
  const fresh = parsed.map((block, index) => {
    // The end of a text that grows is read differently, even from the same source.
    const mayDiffer = index === parsed.length - 1 || kept.length + index === before.blocks.length - 1;
    const same = known[kept.length + index];
    const isSame = !mayDiffer && same?.start === block.start && same.source === block.source;
    return isSame ? same : block;
  });
  return { text, isStreaming, hasDefinitions, blocks: [...kept, ...fresh] };
}

/** Blocks that the text still starts with and that its new end cannot change. */
function keptBlocks(source: string, blocks: readonly SourceBlock[]): readonly SourceBlock[] {
  const finished = blocks.slice(0, -N_CHANGING);
  const changed = finished.findIndex(block => !source.startsWith(block.source, block.start));
  return changed === -1 ? finished : finished.slice(0, Math.max(0, changed - 1));
}

function parse(source: string, isStreaming: boolean): SourceBlock[] {
  const env: ReadingEnv = { isStreaming };
  const tokens = PARSER.parse(isStreaming ? withTableHead(source) : source, env);
  return withSources(readTokens(tokens, isStreaming), source);
}

/** Divides the text between the blocks; each takes what follows it up to the next. */
function withSources(blocks: readonly PlacedBlock[], source: string): SourceBlock[] {
  const lines = lineStarts(source);
  const startOf = (index: number) => {
    const block = blocks[index];
    if (!block) return source.length;
    return index === 0 ? 0 : (lines[block.line] ?? source.length);
  };
  return blocks.map(({ block }, index) => {
    const start = startOf(index);
    return { start, source: source.slice(start, startOf(index + 1)), block };
  });
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** Replaces what the parser would replace, so that its lines are those of the text. */
function normalized(text: string): string {
  return text.replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD');
}
