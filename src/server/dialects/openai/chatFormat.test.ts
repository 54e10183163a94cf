import { describe, expect, it } from 'vitest';
import type { ChatCompletion, ChatCompletionChunk } from '../../../protocol/openai.ts';
import {
  E_ACUTE,
  errorOf,
  letters,
  parseOpenAiEvents,
  ScriptedForwardPass,
  type TestServer,
  testServer,
} from '../../testing/testServer.ts';

const MESSAGES = [{ role: 'user', content: 'ab' }];
const TEMPLATE = '{% for m in messages %}{{ m.content }}{% endfor %}';
// The script has BOS and one prompt token, then the model's answer.
const script = [1, 0, ...letters('h'), ...E_ACUTE, ...letters('llo')];
const newServer = (settings = {}) =>
  testServer({
    target: new ScriptedForwardPass(script, { nCtx: 64 }),
    settings: { chatTemplate: TEMPLATE, ...settings },
  });

async function ask(server: TestServer, body: object, path = '/v1/chat/completions'): Promise<ChatCompletion> {
  const response = await server.post(path, { messages: MESSAGES, ...body });
  expect(response.status).toBe(200);
  return response.json();
}

async function stream(server: TestServer, body: object = {}): Promise<ChatCompletionChunk[]> {
  const response = await server.post('/v1/chat/completions', { messages: MESSAGES, stream: true, ...body });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  return parseOpenAiEvents(await response.text());
}

describe('/v1/chat/completions', () => {
  it.each(['/v1/chat/completions', '/chat/completions'])(
    "%s has llama-server's response format",
    async path => {
      const answer = await ask(newServer(), { model: 'any' }, path);
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
        model: 'tiny',
        object: 'chat.completion',
        system_fingerprint: expect.stringMatching(/^b\d/),
        id: expect.stringMatching(/^chatcmpl-[0-9A-Za-z]{32}$/),
        usage: { completion_tokens: 7, prompt_tokens: 2, total_tokens: 9 },
      });
      expect(JSON.stringify(answer.choices)).toBe(
        '[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":"héllo"}}]',
      );
    },
  );

  it.each([
    { body: { max_tokens: 4 }, content: 'hél', reason: 'length' },
    { body: { max_completion_tokens: 4, max_tokens: 2 }, content: 'hél', reason: 'length' },
    { body: { n_predict: 1, max_tokens: 4 }, content: 'h', reason: 'length' },
    { body: { stop: 'l' }, content: 'hé', reason: 'stop' },
    { body: { stop: ['llx', 'lo'] }, content: 'hél', reason: 'stop' },
    { body: { stop: 'h' }, content: '', reason: 'stop' },
    { body: { response_format: { type: 'text' }, tools: [], n: 1 }, content: 'héllo', reason: 'stop' },
  ])('$body gives "$content" and $reason, streamed or not', async ({ body, content, reason }) => {
    const server = newServer();
    const { choices } = await ask(server, body);
    expect(choices).toMatchObject([{ message: { content }, finish_reason: reason }]);

    const chunks = await stream(server, body);
    const deltas = chunks.map(chunk => chunk.choices[0].delta);
    expect(deltas[0]).toEqual({ role: 'assistant', content: null });
    const texts = deltas.slice(1, -1).map(delta => ('content' in delta ? delta.content : undefined));
    expect(texts.join('')).toBe(content);
    expect(texts).not.toContain('');
    expect(deltas.at(-1)).toEqual({});
    expect(chunks.map(chunk => chunk.choices[0].finish_reason)).toEqual([
      ...deltas.slice(1).map(() => null),
      reason,
    ]);
  });

  it("a stream has llama-server's key order and one id", async () => {
    const chunks = await stream(newServer());
    const keys = ['choices', 'created', 'id', 'model', 'system_fingerprint', 'object'];
    for (const chunk of chunks.slice(0, -1)) expect(Object.keys(chunk)).toEqual(keys);
    expect(Object.keys(chunks.at(-1) ?? {})).toEqual([...keys, 'timings']);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(JSON.stringify(chunks[1].choices)).toBe(
      '[{"finish_reason":null,"index":0,"delta":{"content":"h"}}]',
    );
  });

  it('a usage chunk is added on request and then has the timings', async () => {
    const chunks = await stream(newServer(), {
      max_tokens: 3,
      stream_options: { include_usage: true },
      timings_per_token: true,
    });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 3, total_tokens: 5 } });
    expect(chunks.map(chunk => chunk.timings?.predicted_n)).toEqual([undefined, 1, 3, undefined, 3]);
  });

  it('prompt progress comes in role chunks', async () => {
    const chunks = await stream(newServer(), { return_progress: true, max_tokens: 1 });
    const progress = chunks.filter(chunk => chunk.prompt_progress);
    expect(progress.map(chunk => chunk.prompt_progress?.processed)).toEqual([0, 2]);
    for (const { choices } of progress)
      expect(choices[0].delta).toEqual({ role: 'assistant', content: null });
  });

  it('the response has the log-probabilities of its content', async () => {
    const body = { logprobs: true, top_logprobs: 2 };
    const [whole] = (await ask(newServer(), body)).choices;
    const streamed = (await stream(newServer(), body)).flatMap(({ choices }) => choices);
    for (const choices of [[whole], streamed]) {
      const tokens = choices.flatMap(({ logprobs }) => logprobs?.content ?? []);
      const bytes = tokens.flatMap(token => token.bytes);
      expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe('héllo');
      expect(tokens[0]).toMatchObject({ token: 'h', top_logprobs: [{ token: 'h' }, {}] });
    }
    const [plain] = (await ask(newServer(), { logprobs: false })).choices;
    expect('logprobs' in plain).toBe(false);
  });

  it.each([
    [{ logprobs: true }, 20],
    [{ logprobs: true, top_logprobs: 3 }, 3],
    [{ logprobs: true, top_logprobs: null }, 20],
    [{ logprobs: true, top_logprobs: 0, n_probs: 5 }, 0],
    [{ logprobs: null, top_logprobs: null }, 0],
    [{ logprobs: false, n_probs: 4 }, 4],
    [{}, 0],
  ])('%j sets n_probs to %i', async (body, nProbs) => {
    const { __verbose } = await ask(newServer(), { ...body, verbose: true, max_tokens: 1 });
    expect(__verbose).toMatchObject({ generation_settings: { n_probs: nProbs }, prompt: '<s>ab' });
  });

  it('each of several choices has its own role and end', async () => {
    const server = testServer({ nSlots: 2, settings: { chatTemplate: TEMPLATE } });
    const body = { n: 2, max_tokens: 3, temperature: 1, seed: 1, ignore_eos: true };
    const { choices } = await ask(server, body);
    expect(choices.map(({ index }) => index)).toEqual([0, 1]);
    const deltas = (await stream(server, body)).flatMap(chunk => chunk.choices);
    for (const { index, message } of choices) {
      const own = deltas.filter(delta => delta.index === index);
      expect(own.map(({ delta }) => ('content' in delta ? delta.content : '')).join('')).toBe(
        message.content,
      );
      expect(own[0].delta).toEqual({ role: 'assistant', content: null });
      expect(own.at(-1)).toMatchObject({ delta: {}, finish_reason: 'length' });
    }
  });

  const tool = { type: 'function', function: { name: 'f', parameters: {} } };
  it.each<{ body: object; code: number; message: string }>([
    { body: { messages: 1 }, code: 400, message: "Expected 'messages' to be an array" },
    { body: { messages: [{ content: 'x' }] }, code: 400, message: 'Failed to parse messages: ' },
    { body: { logprobs: true, top_logprobs: 'many' }, code: 400, message: "Field 'top_logprobs'" },
    { body: { top_logprobs: 3 }, code: 400, message: 'top_logprobs requires logprobs to be set to true' },
    {
      body: { response_format: { type: 'sound' } },
      code: 400,
      message: 'response_format type must be one of "text", "json_object" or "json_schema", but got: sound',
    },
    {
      body: { json_schema: {}, grammar: 'root ::= "a"' },
      code: 400,
      message: 'Cannot use both json_schema and grammar',
    },
    { body: { max_tokens: -2 }, code: 400, message: "Field 'max_tokens': Value must be between -1" },
    { body: { messages: [{ role: 'user', content: 'a'.repeat(64) }] }, code: 400, message: 'exceeds' },
  ])('the request is refused with $code: $body', async ({ body, code, message }) => {
    for (const isStream of [false, true]) {
      const request = { messages: MESSAGES, stream: isStream, ...body };
      const response = await newServer().post('/v1/chat/completions', request);
      expect(response.status).toBe(code);
      expect(await errorOf(response)).toMatchObject({ code, message: expect.stringContaining(message) });
    }
  });

  it('tools may be in the prompt of a request that calls none', async () => {
    const server = newServer({
      chatTemplate: '{% for t in tools or [] %}{{ t.function.name }}{% endfor %}a',
    });
    const answer = await ask(server, { tools: [tool], tool_choice: 'none', verbose: true });
    expect(answer.__verbose).toMatchObject({ prompt: '<s>fa' });
  });
});

describe('the prompt of a conversation', () => {
  it('/apply-template returns the prompt without generating', async () => {
    const response = await newServer().post('/apply-template', { messages: MESSAGES });
    expect(await response.json()).toEqual({ prompt: 'ab' });
  });

  it.each(['/v1/chat/completions/input_tokens', '/chat/completions/input_tokens'])(
    '%s counts the tokens of the prompt',
    async path => {
      const response = await newServer().post(path, { messages: MESSAGES });
      expect(JSON.stringify(await response.json())).toBe(
        '{"input_tokens":2,"object":"response.input_tokens"}',
      );
    },
  );

  it('the prompt comes from the template that /props shows', async () => {
    const response = await newServer().fetch(new Request('http://page/props'));
    const { chat_template, chat_template_caps } = await response.json();
    expect(chat_template).toBe(TEMPLATE);
    expect(chat_template_caps).toMatchObject({ supports_system_role: true, supports_tools: false });
  });
});
