import type { DraftKind, SpeculationTrace, TracedRound, TracedToken } from '../../../client/index.ts';
import type { Conversation, Message } from './conversation.ts';

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

const KINDS: ReadonlySet<unknown> = new Set([
  'draft-simple',
  'ngram-simple',
  'ngram-map-k',
  'ngram-mod',
] satisfies readonly DraftKind[]);

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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
