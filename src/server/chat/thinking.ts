import type { ReadAnswer } from './answerReader.ts';
import { settled } from './marks.ts';

/** What a model writes around its thoughts. */
export interface ThinkingTags {
  readonly start: string;
  readonly end: string;
  /** What stands behind the end, before content. */
  readonly afterEnd?: string;
}

const KNOWN_TAGS: readonly ThinkingTags[] = [
  { start: '<think>', end: '</think>' },
  { start: '<|START_THINKING|>', end: '<|END_THINKING|>' },
  { start: '[THINK]', end: '[/THINK]' },
  { start: '<seed:think>', end: '</seed:think>' },
  { start: '<thinking>', end: '</thinking>' },
  { start: '<|channel>thought', end: '<channel|>' },
];

/** gpt-oss thinks in a channel of its own. Its end is that of other things in other templates. */
const CHANNEL_TAGS: ThinkingTags = {
  start: '<|channel|>analysis<|message|>',
  end: '<|end|>',
  afterEnd: '<|start|>assistant<|channel|>final<|message|>',
};

/** The tags of the model whose chat template is `source`; null for one that does not think. */
export function thinkingTagsOf(source: string): ThinkingTags | null {
  if (source.includes(CHANNEL_TAGS.start)) return CHANNEL_TAGS;
  return KNOWN_TAGS.find(({ end }) => source.includes(end)) ?? null;
}

export interface Thoughts {
  readonly reasoning: string;
  /** What is said after thinking; empty while that is not sure. */
  readonly rest: string;
}

/**
 * Tells thoughts, which come first, from the rest of a text. `isOpen`: the prompt ends with the start tag. While the text
 * is not whole, what may yet belong to a tag is in neither. White space around thoughts is nobody's.
 */
export function splitThoughts(
  text: string,
  isWhole: boolean,
  { start, end }: ThinkingTags,
  isOpen: boolean,
): Thoughts {
  const said = text.trimStart();
  const isStarted = said.startsWith(start);
  if (!isStarted && !isWhole && start.startsWith(said)) return { reasoning: '', rest: '' };
  if (!isStarted && !isOpen) return { reasoning: '', rest: text };
  const body = isStarted ? said.slice(start.length) : said;
  const at = body.indexOf(end);
  if (at >= 0) return { reasoning: body.slice(0, at).trim(), rest: body.slice(at + end.length).trimStart() };
  return { reasoning: (isWhole ? body : settled(body, [end])).trim(), rest: '' };
}

/** Reads thoughts, and what is behind them by `readRest`. */
export function withThoughts(readRest: ReadAnswer, tags: ThinkingTags, isOpen: boolean): ReadAnswer {
  return (text, isWhole) => {
    const { reasoning, rest } = splitThoughts(text, isWhole, tags, isOpen);
    return { ...readRest(rest, isWhole), reasoning };
  };
}

/** Where a text goes on after its thoughts; null before that. */
export function endOfThoughts(text: string, { end }: ThinkingTags): number | null {
  const at = text.indexOf(end);
  return at < 0 ? null : at + end.length;
}
