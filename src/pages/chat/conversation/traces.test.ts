import { expect, it } from 'vitest';
import { emptyAnswer } from '../answer/answer.ts';
import { RECORDED_TRACE } from '../speculation/fixtures/recorded.ts';
import { newConversation } from './conversation.ts';
import { traceFrom, withSmallTraces } from './traces.ts';

it('keeps the traces of the newest answers, up to 2000 tokens in all', () => {
  const [token] = RECORDED_TRACE.tokens;
  const answer = (id: string, nTokens: number) => ({
    ...emptyAnswer(id, null, '', 0),
    trace: { tokens: new Array(nTokens).fill(token), rounds: [] },
  });
  const messages = [answer('old', 500), answer('middle', 1500), answer('new', 400)];
  const kept = withSmallTraces({ ...newConversation('c', 0), messages }).messages;
  expect(kept.map(message => message.role === 'assistant' && message.trace !== null)).toEqual([
    false,
    true,
    true,
  ]);
});

it('reads a stored trace, and nothing that is none', () => {
  const stored = structuredClone(RECORDED_TRACE);
  expect(traceFrom(stored)).toEqual(RECORDED_TRACE);
  expect(traceFrom({ ...stored, rounds: [] })).toBeNull();
  expect(traceFrom({ ...stored, tokens: [{ id: 1 }] })).toBeNull();
  expect(traceFrom(null)).toBeNull();
});
