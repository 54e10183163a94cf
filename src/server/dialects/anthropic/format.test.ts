import { describe, expect, it } from 'vitest';
import type { Message, MessageEvent } from '../../../protocol/anthropic.ts';
import { letters, parseNamedEvents, ScriptedForwardPass, testServer } from '../../testing/testServer.ts';

const TEMPLATE = '{% for m in messages %}{{ m.content }}{% endfor %}';
// The script has BOS and two prompt tokens, then the model's answer.
const script = [1, 0, 0, ...letters('hello')];
const messages = [{ role: 'user', content: 'xy' }];
const newServer = () =>
  testServer({
    target: new ScriptedForwardPass(script, { nCtx: 64 }),
    settings: { chatTemplate: TEMPLATE },
  });

describe('/v1/messages', () => {
  it("a message has llama-server's format", async () => {
    const server = newServer();
    await server.post('/v1/messages', { messages });
    const answer: Message = await (await server.post('/v1/messages', { messages })).json();
    expect(answer).toEqual({
      id: expect.any(String),
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'hello' }],
      model: 'tiny',
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { cache_read_input_tokens: 2, input_tokens: 1, output_tokens: 6 },
    });
  });

  it.each([
    { body: {}, text: 'hello', stop_reason: 'end_turn', stop_sequence: null },
    { body: { stop_sequences: ['x'] }, text: 'hello', stop_reason: 'end_turn', stop_sequence: null },
    { body: { stop_sequences: null }, text: 'hello', stop_reason: 'end_turn', stop_sequence: null },
    { body: { max_tokens: 2 }, text: 'he', stop_reason: 'max_tokens', stop_sequence: null },
    { body: { stop_sequences: ['ll'] }, text: 'he', stop_reason: 'stop_sequence', stop_sequence: 'll' },
    { body: { stop_sequences: ['x', 'o'] }, text: 'hell', stop_reason: 'stop_sequence', stop_sequence: 'o' },
    {
      body: { stop_sequences: ['ll'], max_tokens: 4 },
      text: 'he',
      stop_reason: 'stop_sequence',
      stop_sequence: 'll',
    },
    {
      body: { stop_sequences: ['ll'], max_tokens: 3 },
      text: 'hel',
      stop_reason: 'max_tokens',
      stop_sequence: null,
    },
  ])('$body ends with $stop_reason, streamed or not', async ({ body, text, ...end }) => {
    const whole: Message = await (await newServer().post('/v1/messages', { messages, ...body })).json();
    expect(whole).toMatchObject({ content: [{ type: 'text', text }], ...end });

    const response = await newServer().post('/v1/messages', { messages, stream: true, ...body });
    const events = parseNamedEvents<MessageEvent>(await response.text());
    const texts = events.map(event =>
      event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '',
    );
    expect(texts.join('')).toBe(text);
    expect(events.at(-2)).toMatchObject({ type: 'message_delta', delta: end });
  });

  it('a stream has a start, one block and a stop', async () => {
    const response = await newServer().post('/v1/messages', { messages, stream: true, max_tokens: 2 });
    expect(parseNamedEvents<MessageEvent>(await response.text())).toEqual([
      {
        type: 'message_start',
        message: {
          id: expect.any(String),
          type: 'message',
          role: 'assistant',
          content: [],
          model: 'tiny',
          stop_reason: null,
          stop_sequence: null,
          usage: { cache_read_input_tokens: 0, input_tokens: 3, output_tokens: 0 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'h' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'e' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'max_tokens', stop_sequence: null },
        usage: { output_tokens: 2 },
      },
      { type: 'message_stop' },
    ]);
  });

  it('count_tokens returns the length of the prompt', async () => {
    const body = { system: 'q', messages };
    const response = await newServer().post('/v1/messages/count_tokens', body);
    expect(await response.json()).toEqual({ input_tokens: 4 });
  });

  it("stop_reason tells a full context from the request's limit", async () => {
    const server = testServer({
      target: new ScriptedForwardPass(script, { nCtx: 6 }),
      settings: { chatTemplate: TEMPLATE },
    });
    const ends: unknown[] = [];
    for (const max_tokens of [2, 100]) {
      ends.push((await (await server.post('/v1/messages', { messages, max_tokens })).json()).stop_reason);
      const streamed = await server.post('/v1/messages', { messages, max_tokens, stream: true });
      const events = parseNamedEvents<MessageEvent>(await streamed.text());
      ends.push(events.flatMap(event => (event.type === 'message_delta' ? event.delta.stop_reason : [])));
    }
    const [limited, full] = ['max_tokens', 'model_context_window_exceeded'];
    expect(ends).toEqual([limited, [limited], full, [full]]);
  });
});
