import type { SpeculationTrace, TracedRound, TracedToken } from '../../../client/index.ts';
import { DRAFT_KINDS } from '../../../util/draftKinds.ts';
import { textOf } from '../speculation/pieces.ts';
import type { Conversation, Message } from './conversation.ts';
import { isRecord } from './isRecord.ts';

/** Tokens whose origin is kept with a conversation, in all: some 200 bytes each. */
const MOST_KEPT = 2000;

/** Conversation as it is stored: traces of the newest answers only, as far as they are small. */
export function withSmallTraces(conversation: Conversation): Conversation {
  let room = MOST_KEPT;
  const messages = conversation.messages.toReversed().map((message): Message => {
    if (message.role !== 'assistant' || message.trace === null) return message;
    room -= message.trace.tokens.length;
    return room >= 0 ? message : { ...message, trace: null };
  });
  return { ...conversation, messages: messages.toReversed() };
}

/**
 * The part of a trace whose tokens end with `text`: without the tokens behind it, such as a stop string or the end token. Null if no
 * token ends where the text does. The text may begin behind thoughts.
 */
export function traceUpTo({ tokens, rounds }: SpeculationTrace, text: string): SpeculationTrace | null {
  const written = textOf(tokens);
  const start = written.lastIndexOf(text);
  if (start < 0) return null;
  const nBytes = new TextEncoder().encode(written.slice(0, start + text.length)).length;
  let [nTokens, end] = [0, 0];
  while (nTokens < tokens.length && end < nBytes) end += tokens[nTokens++].bytes.length;
  if (end !== nBytes) return null;
  const kept = tokens.slice(0, nTokens);
  return {
    tokens: kept,
    rounds: rounds.slice(0, (kept.findLast(({ round }) => round !== null)?.round ?? -1) + 1),
  };
}

/** A trace whose rounds follow `nRounds` others. */
export function behindRounds({ tokens, rounds }: SpeculationTrace, nRounds: number): SpeculationTrace {
  if (nRounds === 0) return { tokens, rounds };
  return {
    tokens: tokens.map(token => ({ ...token, round: token.round === null ? null : token.round + nRounds })),
    rounds,
  };
}

/** Reads a stored trace; null if it is none. */
export function traceFrom(value: unknown): SpeculationTrace | null {
  if (!isRecord(value) || !Array.isArray(value.tokens) || !Array.isArray(value.rounds)) return null;
  const { tokens, rounds }: { tokens: readonly unknown[]; rounds: readonly unknown[] } = {
    tokens: value.tokens,
    rounds: value.rounds,
  };
  return tokens.every(token => isToken(token, rounds.length)) && rounds.every(isRound)
    ? { tokens: tokens as readonly TracedToken[], rounds: rounds as readonly TracedRound[] }
    : null;
}

const KINDS: ReadonlySet<unknown> = new Set(DRAFT_KINDS);

function isToken(value: unknown, nRounds: number): boolean {
  if (!isText(value)) return false;
  const { source, round } = value;
  const isKnown = source === 'target' || source === 'bonus' || KINDS.has(source);
  return isKnown && (round === null || (typeof round === 'number' && round >= 0 && round < nRounds));
}

function isRound(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { source, draft, n_accepted, ms } = value;
  return (
    (source === null || KINDS.has(source)) &&
    Array.isArray(draft) &&
    draft.every(isText) &&
    typeof n_accepted === 'number' &&
    typeof ms === 'number'
  );
}

function isText(value: unknown): value is Record<string, unknown> {
  return (
    isRecord(value) &&
    typeof value.id === 'number' &&
    typeof value.token === 'string' &&
    Array.isArray(value.bytes) &&
    value.bytes.every(byte => typeof byte === 'number')
  );
}
