import { describe, expect, it } from 'vitest';
import type { TextCompletion } from '../../../protocol/openai.ts';
import {
  errorOf,
  letters,
  parseOpenAiEvents,
  ScriptedForwardPass,
  type TestServer,
  testServer,
} from '../../testing/testServer.ts';

const PROMPT = 'ab';
// The script has BOS and one prompt token, then the model's answer.
const script = [1, 0, ...letters('hello you')];
const newServer = () => testServer({ target: new ScriptedForwardPass(script, { nCtx: 64 }) });

async function ask(server: TestServer, body: object): Promise<TextCompletion> {
  const response = await server.post('/v1/completions', { prompt: PROMPT, ...body });
  expect(response.status).toBe(200);
  return response.json();
}

async function stream(server: TestServer, body: object): Promise<TextCompletion[]> {
  const response = await server.post('/v1/completions', { prompt: PROMPT, stream: true, ...body });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  return parseOpenAiEvents(await response.text());
}

describe('/v1/completions', () => {
  it("a response has llama-server's key order", async () => {
    const answer = await ask(newServer(), { model: 'any', echo: false, best_of: 1, suffix: '', user: 'me' });
    expect(Object.keys(answer)).toEqual([
      'choices',
      'created',
      'model',
      'system_fingerprint',
      'object',
      'usage',
      'id',
      'timings',
    ]);
    expect(answer).toMatchObject({
      choices: [{ text: 'hello you', index: 0, logprobs: null, finish_reason: 'stop' }],
      model: 'tiny',
      object: 'text_completion',
      system_fingerprint: expect.stringMatching(/^b\d/),
      id: expect.stringMatching(/^chatcmpl-[0-9A-Za-z]{32}$/),
      usage: {
        completion_tokens: 10,
        prompt_tokens: 2,
        total_tokens: 12,
        prompt_tokens_details: { cached_tokens: 0 },
      },
      timings: { prompt_n: 2, predicted_n: 10 },
    });
    expect(Object.keys(answer.choices[0])).toEqual(['text', 'index', 'logprobs', 'finish_reason']);
    expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(60);
  });

  it.each([
    { body: { max_tokens: 3 }, text: 'hel', reason: 'length' },
    { body: { stop: 'lo' }, text: 'hel', reason: 'stop' },
    { body: { stop: ['you', 'never'], max_tokens: 20 }, text: 'hello ', reason: 'stop' },
    { body: {}, text: 'hello you', reason: 'stop' },
  ])('$body gives "$text" and $reason, streamed or not', async ({ body, text, reason }) => {
    const server = newServer();
    const whole = await ask(server, body);
    expect(whole.choices).toMatchObject([{ text, finish_reason: reason }]);

    const events = await stream(server, body);
    expect(events.map(({ choices }) => choices[0].text).join('')).toBe(text);
    const reasons = events.map(({ choices }) => choices[0].finish_reason);
    expect(reasons).toEqual([...events.slice(1).map(() => null), reason]);
  });

  it("a stream has one id and llama-server's key order", async () => {
    const events = await stream(newServer(), { max_tokens: 2 });
    expect(new Set(events.map(({ id }) => id)).size).toBe(1);
    const keys = ['choices', 'created', 'model', 'system_fingerprint', 'object', 'id'];
    expect(Object.keys(events[0])).toEqual(keys);
    expect(events.at(-1)?.timings?.predicted_n).toBe(2);
  });

  it('log-probabilities have the format of chats', async () => {
    const { choices } = await ask(newServer(), { logprobs: 2, max_tokens: 3 });
    const content = choices[0].logprobs?.content ?? [];
    expect(content.map(({ token }) => token)).toEqual(['h', 'e', 'l']);
    expect(content[0]).toMatchObject({ top_logprobs: [{ token: 'h' }, {}] });
    const events = await stream(newServer(), { logprobs: 2, max_tokens: 2 });
    expect(events.map(event => event.choices[0].logprobs?.content.length)).toEqual([1, 1, undefined]);
  });

  it('the choices of several prompts are merged', async () => {
    const { choices } = await ask(newServer(), { prompt: ['ab', 'abc'], max_tokens: 2 });
    expect(choices).toMatchObject([
      { index: 0, text: 'he' },
      { index: 1, text: 'el' },
    ]);
  });

  it('usage counts cached tokens', async () => {
    const server = newServer();
    await ask(server, { prompt: 'abc' });
    const { usage } = await ask(server, { prompt: 'abc' });
    expect(usage?.prompt_tokens_details.cached_tokens).toBe(2);
  });

  it.each([true, false])("verbose decides if the response shows /completion's own (%s)", async verbose => {
    const answer = await ask(newServer(), { verbose, max_tokens: 1 });
    expect('__verbose' in answer).toBe(verbose);
    if (verbose) expect(answer.__verbose).toMatchObject({ content: 'h', prompt: '<s>ab', stop: true });
  });

  it("an early error has /completion's format, and a stream that fails later has no [DONE]", async () => {
    const error = await errorOf(await newServer().post('/v1/completions', {}));
    expect(error).toEqual({
      code: 400,
      message: "[json.exception.out_of_range.403] key 'prompt' not found",
      type: 'invalid_request_error',
    });
    const server = newServer();
    const response = await server.post('/v1/completions', { prompt: 'a', stream: true, ignore_eos: true });
    await server.close();
    const text = await response.text();
    expect(text).toContain('"error":');
    expect(text).not.toContain('[DONE]');
  });
});
