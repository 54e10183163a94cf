import { describe, expect, it } from 'vitest';
import type { CompletionPartial, CompletionResponse, Timings } from '../../../client/index.ts';
import type { ChatChunkChoice, ChatCompletionChunk, ChatDelta } from '../../../protocol/openai.ts';
import { type Answer, emptyAnswer, received } from './answer.ts';
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

const partial = (drafted: boolean) => ({ stop: false, drafted }) as CompletionPartial;
const final = (truncated: boolean) => ({ stop: true, truncated }) as CompletionResponse;

describe('chunks of a chat', () => {
  it.each<{ says: string; read: ChatCompletionChunk; events: readonly AnswerEvent[] }>([
    { says: 'a role', read: chunk({ role: 'assistant', content: null }), events: [] },
    {
      says: 'text of the target',
      read: chunk({ content: 'a' }, { __verbose: partial(false) }),
      events: [{ kind: 'content', text: 'a', drafted: false }],
    },
    {
      says: 'text of the draft, and figures',
      read: chunk({ content: 'a' }, { __verbose: partial(true), timings: TIMINGS }),
      events: [
        { kind: 'content', text: 'a', drafted: true },
        { kind: 'timings', timings: TIMINGS },
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
      read: chunk({}, { finish_reason: 'length', __verbose: final(false) }),
      events: [{ kind: 'finish', finish: 'length' }],
    },
    {
      says: 'a full context',
      read: chunk({}, { finish_reason: 'length', __verbose: final(true) }),
      events: [{ kind: 'finish', finish: 'context' }],
    },
    { says: 'usage alone', read: { ...chunk({}), choices: [] }, events: [] },
  ])('one that says $says', ({ read, events }) => {
    expect(readChatChunk(read)).toEqual(events);
  });
});

describe('an answer', () => {
  const start: Answer = {
    conversationId: 'c',
    message: emptyAnswer('a', 'q', 'tiny', 0),
    phase: 'reading',
    progress: null,
  };
  const grown = (...events: AnswerEvent[]) => events.reduce(received, start);

  it('grows by text, and joins the text of consecutive tokens of one origin', () => {
    const { message, phase } = grown(
      { kind: 'content', text: 'a', drafted: false },
      { kind: 'content', text: 'b', drafted: true },
      { kind: 'content', text: 'c', drafted: true },
    );
    expect(phase).toBe('writing');
    expect(message).toMatchObject({ content: 'abc', reasoning: '' });
    expect(message.spans).toEqual([
      { text: 'a', drafted: false },
      { text: 'bc', drafted: true },
    ]);
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

  it('counts as interrupted until it is finished', () => {
    expect(start.message.finish).toBe('cut');
    expect(grown({ kind: 'finish', finish: 'stop' }).message.finish).toBe('stop');
  });
});
