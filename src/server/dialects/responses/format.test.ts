import { OpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import type { ResponseEvent, ResponseObject } from '../../../protocol/responses.ts';
import {
  errorOf,
  letters,
  parseNamedEvents,
  ScriptedForwardPass,
  testServer,
} from '../../testing/testServer.ts';

const TEMPLATE = '{% for m in messages %}{{ m.content }}{% endfor %}';
// The script has BOS and two prompt tokens, then the model's answer.
const script = [1, 0, 0, ...letters('hello')];
const newServer = () =>
  testServer({
    target: new ScriptedForwardPass(script, { nCtx: 64 }),
    settings: { chatTemplate: TEMPLATE },
  });

async function ask(body: object, path = '/v1/responses'): Promise<ResponseObject> {
  const response = await newServer().post(path, { input: 'xy', ...body });
  expect(response.status).toBe(200);
  return response.json();
}

async function stream(body: object = {}): Promise<ResponseEvent[]> {
  const response = await newServer().post('/v1/responses', { input: 'xy', stream: true, ...body });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  return parseNamedEvents(await response.text());
}

describe('/v1/responses', () => {
  it.each(['/v1/responses', '/responses'])("%s has llama-server's response format", async path => {
    const answer = await ask({ model: 'any' }, path);
    expect(Object.keys(answer)).toEqual([
      'completed_at',
      'created_at',
      'id',
      'model',
      'object',
      'output',
      'status',
      'usage',
      'error',
      'incomplete_details',
      'instructions',
      'max_output_tokens',
      'metadata',
      'parallel_tool_calls',
      'previous_response_id',
      'reasoning',
      'temperature',
      'text',
      'tool_choice',
      'tools',
      'top_logprobs',
      'top_p',
      'truncation',
    ]);
    expect(answer).toMatchObject({
      id: expect.stringMatching(/^resp_[0-9A-Za-z]{32}$/),
      model: 'tiny',
      object: 'response',
      status: 'completed',
      output: [
        {
          content: [{ type: 'output_text', annotations: [], logprobs: [], text: 'hello' }],
          id: expect.stringMatching(/^msg_/),
          role: 'assistant',
          status: 'completed',
          type: 'message',
        },
      ],
      usage: {
        input_tokens: 3,
        output_tokens: 6,
        total_tokens: 9,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens_details: { reasoning_tokens: 0 },
      },
    });
  });

  it.each([
    { body: { max_output_tokens: 2 }, text: 'he' },
    { body: { input: [{ role: 'user', content: 'xy' }], n: 5 }, text: 'hello' },
    { body: { text: { format: { type: 'json_schema', schema: { const: null } } } }, text: 'null' },
  ])('$body gives $text', async ({ body, text }) => {
    expect((await ask(body)).output).toMatchObject([{ content: [{ text }] }]);
  });

  it('a stream creates the response, extends it and completes it', async () => {
    const events = await stream();
    const delta = 'response.output_text.delta';
    expect(events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      ...[delta, delta, delta, delta, delta],
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(event => event.sequence_number)).toEqual([...events.keys()]);
    const ids = events.map(({ item, item_id }) => item?.id ?? item_id).filter(id => id !== undefined);
    expect(new Set(ids).size).toBe(1);
    expect(events.filter(({ type }) => type === delta).map(event => event.delta)).toEqual([...'hello']);
    const [created, completed] = [events[0], events[events.length - 1]];
    expect(completed.response?.id).toBe(created.response?.id);
    expect(completed.response).toMatchObject({
      status: 'completed',
      output: [{ type: 'message', content: [{ text: 'hello' }] }],
      usage: { output_tokens: 6 },
    });
    expect(completed.timings).toMatchObject({ predicted_n: 6 });
  });

  it('a response that filled the context is incomplete', async () => {
    const server = testServer({
      target: new ScriptedForwardPass(script, { nCtx: 6 }),
      settings: { chatTemplate: TEMPLATE },
    });
    const body = { input: 'xy', max_output_tokens: 100 };
    const whole: ResponseObject = await (await server.post('/v1/responses', body)).json();
    expect(whole).toMatchObject({ status: 'incomplete', output: [{ status: 'incomplete' }] });
    const streamed = await server.post('/v1/responses', { ...body, stream: true });
    const events = parseNamedEvents<ResponseEvent>(await streamed.text());
    expect(events.at(-1)?.type).toBe('response.incomplete');
  });

  it('a stream reports progress and timings', async () => {
    const events = await stream({ return_progress: true, timings_per_token: true, max_output_tokens: 2 });
    const progress = events.filter(event => event.prompt_progress);
    expect(progress.map(({ type }) => type)).toEqual(['response.in_progress', 'response.in_progress']);
    expect(progress.map(event => event.prompt_progress?.processed)).toEqual([0, 3]);
    const deltas = events.filter(({ type }) => type === 'response.output_text.delta');
    expect(deltas.map(({ timings }) => timings?.predicted_n)).toEqual([1, 2]);
  });

  it.each(['/v1/responses', '/responses'])('%s/input_tokens counts the tokens of the prompt', async path => {
    const response = await newServer().post(`${path}/input_tokens`, { instructions: 'q', input: 'xyz' });
    expect(await response.json()).toEqual({ input_tokens: 5, object: 'response.input_tokens' });
  });

  it('the official client assembles the response from a stream', async () => {
    const server = newServer();
    const client = new OpenAI({
      apiKey: 'none needed',
      baseURL: 'http://foretoken.invalid/v1',
      fetch: (input, init) => server.fetch(new Request(input, init)),
    });
    const stream = client.responses.stream({ model: 'any', input: 'xy' });
    expect(await stream.finalResponse()).toMatchObject({ output_text: 'hello', status: 'completed' });
    const whole = await client.responses.create({ model: 'any', input: 'xy', max_output_tokens: 2 });
    expect(whole).toMatchObject({
      output_text: 'he',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
  });

  it('an impossible chat is refused in JSON', async () => {
    const response = await newServer().post('/v1/responses', { stream: true });
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ message: "'input' is required" });
  });
});
