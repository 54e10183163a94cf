import { describe, expect, it } from 'vitest';
import type { SpeculationTrace, Timings } from '../../../client/index.ts';
import type { ChatChunkChoice, ChatCompletionChunk, ChatDelta } from '../../../protocol/openai.ts';
import { RECORDED_TIMINGS } from '../speculation/fixtures/recorded.ts';
import { traceOf } from '../speculation/fixtures/traces.ts';
import { textOf } from '../speculation/pieces.ts';
import { type Answer, asked, continuedAnswer, newAnswer, received } from './answer.ts';
import { type AnswerEvent, readChatChunk } from './readChat.ts';

const TIMINGS = { predicted_n: 3 } as Timings;

function chunk(
  delta: ChatDelta,
  rest: Partial<ChatCompletionChunk> & Partial<Pick<ChatChunkChoice, 'finish_reason'>> = {},
): ChatCompletionChunk {
  const { finish_reason = null, ...others } = rest;
  return {
    choices: [{ index: 0, delta, finish_reason }],
    created: 0,
    id: '',
    model: '',
    system_fingerprint: '',
    object: 'chat.completion.chunk',
    ...others,
  };
}

const N_CTX = 8;
const used = (predicted_n: number) => ({ cache_n: 2, prompt_n: 3, predicted_n }) as Timings;
const timed = (predicted_n: number, predicted_ms: number): Timings => ({
  ...RECORDED_TIMINGS,
  predicted_n,
  predicted_ms,
});
const TRACE: SpeculationTrace = {
  tokens: [{ id: 1, token: 'a', bytes: [97], source: 'bonus', round: 0 }],
  rounds: [],
};

describe('chunks of a chat', () => {
  it.each<{ says: string; read: ChatCompletionChunk; events: readonly AnswerEvent[] }>([
    { says: 'a role', read: chunk({ role: 'assistant', content: null }), events: [] },
    {
      says: 'text and figures',
      read: chunk({ content: 'a' }, { timings: TIMINGS }),
      events: [
        { kind: 'content', text: 'a' },
        { kind: 'timings', timings: TIMINGS },
      ],
    },
    {
      says: 'text and its origin',
      read: {
        ...chunk({}),
        choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null, speculation_trace: TRACE }],
      },
      events: [
        { kind: 'content', text: 'a' },
        { kind: 'trace', trace: TRACE },
      ],
    },
    {
      says: 'thoughts',
      read: chunk({ reasoning_content: 'hm' }),
      events: [{ kind: 'reasoning', text: 'hm' }],
    },
    {
      says: 'the beginning of a call',
      read: chunk({
        tool_calls: [{ index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '' } }],
      }),
      events: [{ kind: 'call', index: 0, id: 'x', name: 'f' }],
    },
    {
      says: 'arguments',
      read: chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }),
      events: [{ kind: 'arguments', index: 0, text: '{"a"' }],
    },
    {
      says: 'the end',
      read: chunk({}, { finish_reason: 'stop', timings: TIMINGS }),
      events: [
        { kind: 'finish', finish: 'stop' },
        { kind: 'timings', timings: TIMINGS },
      ],
    },
    {
      says: 'the limit',
      read: chunk({}, { finish_reason: 'length', timings: used(2) }),
      events: [
        { kind: 'finish', finish: 'length' },
        { kind: 'timings', timings: used(2) },
      ],
    },
    {
      says: 'a full context',
      read: chunk({}, { finish_reason: 'length', timings: used(3) }),
      events: [
        { kind: 'finish', finish: 'context' },
        { kind: 'timings', timings: used(3) },
      ],
    },
    { says: 'usage alone', read: { ...chunk({}), choices: [] }, events: [] },
  ])('one that says $says', ({ read, events }) => {
    expect(readChatChunk(read, N_CTX)).toEqual(events);
  });
});

describe('an answer', () => {
  const start: Answer = newAnswer('c', 'a', 'q', 0);
  const grown = (...events: AnswerEvent[]) => events.reduce(received, start);

  it('grows by text, and joins the traces of its parts', () => {
    const { message, phase } = grown(
      { kind: 'content', text: 'a' },
      { kind: 'trace', trace: TRACE },
      { kind: 'content', text: 'b' },
      { kind: 'trace', trace: TRACE },
    );
    expect(phase).toBe('writing');
    expect(message).toMatchObject({ content: 'ab', reasoning: '' });
    expect(message.trace?.tokens).toEqual([...TRACE.tokens, ...TRACE.tokens]);
  });

  it('collects the arguments of each call', () => {
    const { message } = grown(
      { kind: 'call', index: 0, id: 'x', name: 'f' },
      { kind: 'arguments', index: 0, text: '{"a":' },
      { kind: 'call', index: 1, id: 'y', name: 'g' },
      { kind: 'arguments', index: 1, text: '{}' },
      { kind: 'arguments', index: 0, text: '1}' },
    );
    expect(message.toolCalls).toEqual([
      { id: 'x', name: 'f', arguments: '{"a":1}' },
      { id: 'y', name: 'g', arguments: '{}' },
    ]);
  });

  it('that goes on adds tokens and rounds to those that it has, without the stop string behind its text', () => {
    const first = traceOf('One', [
      ['draft-simple', [' two'], 1, ' three', 1],
      [null, [], 0, ' STOP', 1],
    ]);
    const second = traceOf(' four', [['draft-simple', [' five'], 1, ' six', 1]]);
    const message = { ...start.message, content: 'One two three', trace: first, timings: timed(4, 300) };
    const request = { system: '', settings: {}, seed: 1, models: { target: 'a', draft: null } };
    const { message: longer } = [
      { kind: 'content', text: ' four five six' } as const,
      { kind: 'trace', trace: second } as const,
      { kind: 'timings', timings: timed(2, 100) } as const,
      { kind: 'timings', timings: timed(3, 200) } as const,
    ].reduce(received, asked(continuedAnswer('c', message), 'tiny', request));
    expect(textOf(longer.trace?.tokens ?? [])).toBe(longer.content);
    expect(longer.trace?.tokens.map(({ round }) => round)).toEqual([null, 0, 0, null, 1, 1]);
    expect(longer.trace?.rounds).toHaveLength(2);
    expect(longer.timings).toMatchObject({ predicted_n: 7, predicted_ms: 500, predicted_per_second: 10 });
    expect(longer.request?.after).toEqual({ content: 13, reasoning: 0, isTimed: true });
  });

  it('counts as interrupted until it is finished', () => {
    expect(start.message.finish).toBe('cut');
    expect(grown({ kind: 'finish', finish: 'stop' }).message.finish).toBe('stop');
  });
});
