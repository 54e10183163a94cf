import type { ReadAnswer } from './answerReader.ts';
import { settled } from './marks.ts';

/** Tags around a model's thoughts. */
export interface ThinkingTags {
  readonly start: string;
  readonly end: string;
  /** Text between the end tag and the content. */
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

/** gpt-oss thinks in a channel of its own. Its end tag is used in other templates too, for other things. */
const CHANNEL_TAGS: ThinkingTags = {
  start: '<|channel|>analysis<|message|>',
  end: '<|end|>',
  afterEnd: '<|start|>assistant<|channel|>final<|message|>',
};

/** Tags of the model with the chat template `source`; null for a model that does not think. */
export function thinkingTagsOf(source: string): ThinkingTags | null {
  if (source.includes(CHANNEL_TAGS.start)) return CHANNEL_TAGS;
  return KNOWN_TAGS.find(({ end }) => source.includes(end)) ?? null;
}

export interface Thoughts {
  readonly reasoning: string;
  /** Text behind the thoughts; empty as long as the thoughts may continue. */
  readonly rest: string;
}

/**
 * Splits a text into thoughts, which come first, and the rest. `isOpen`: the prompt ends with the start tag. While the text is
 * incomplete, a possible beginning of a tag belongs to neither. White space around thoughts is dropped.
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

/** Parses thoughts, and the text behind them with `readRest`. */
export function withThoughts(readRest: ReadAnswer, tags: ThinkingTags, isOpen: boolean): ReadAnswer {
  return (text, isWhole) => {
    const { reasoning, rest } = splitThoughts(text, isWhole, tags, isOpen);
    return { ...readRest(rest, isWhole), reasoning };
  };
}

/** Index behind the thoughts; null before their end. */
export function endOfThoughts(text: string, { end }: ThinkingTags): number | null {
  const at = text.indexOf(end);
  return at < 0 ? null : at + end.length;
}
