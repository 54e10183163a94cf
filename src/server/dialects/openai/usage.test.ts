import { describe, expect, it } from 'vitest';
import type { ChatCompletion, ChatCompletionChunk, TextCompletion } from '../../../protocol/openai.ts';
import { parseOpenAiEvents, testServer } from '../../testing/testServer.ts';

const CHAT = '/v1/chat/completions';
const TEXT = '/v1/completions';
const messages = [{ role: 'user', content: 'ab' }];
const endless = { temperature: 1, seed: 1, ignore_eos: true };

const newServer = () =>
  testServer({ nSlots: 4, settings: { chatTemplate: '{% for m in messages %}{{ m.content }}{% endfor %}' } });

type Answer = ChatCompletion | ChatCompletionChunk | TextCompletion;

async function post(path: string, body: object): Promise<Response> {
  const response = await newServer().post(path, { ...endless, ...body });
  expect(response.status).toBe(200);
  return response;
}

interface Row {
  readonly path: string;
  readonly body: object;
  readonly nChoices: number;
  readonly prompt: number;
  readonly completion: number;
}

/** A token for the beginning of each prompt, and one for `ab`, `c` and every other letter. */
describe('the usage is that of the whole request', () => {
  it.each<Row>([
    { path: CHAT, body: { messages, max_tokens: 5 }, nChoices: 1, prompt: 2, completion: 5 },
    { path: CHAT, body: { messages, max_tokens: 5, n: 2 }, nChoices: 2, prompt: 2, completion: 10 },
    { path: CHAT, body: { messages, max_tokens: 5, n: 3 }, nChoices: 3, prompt: 2, completion: 15 },
    { path: CHAT, body: { messages, max_tokens: 1, n: 4 }, nChoices: 4, prompt: 2, completion: 4 },
    { path: TEXT, body: { prompt: 'ab', max_tokens: 3 }, nChoices: 1, prompt: 2, completion: 3 },
    { path: TEXT, body: { prompt: 'ab', max_tokens: 3, n: 3 }, nChoices: 3, prompt: 2, completion: 9 },
    { path: TEXT, body: { prompt: ['ab', 'abc'], max_tokens: 2 }, nChoices: 2, prompt: 5, completion: 4 },
    {
      path: TEXT,
      body: { prompt: ['ab', 'abc'], max_tokens: 2, n: 2 },
      nChoices: 4,
      prompt: 5,
      completion: 8,
    },
    {
      path: TEXT,
      body: { prompt: ['abc', 'c', 'ccc'], max_tokens: 1, n: 2 },
      nChoices: 6,
      prompt: 9,
      completion: 6,
    },
    { path: TEXT, body: { prompt: [[1, 7, 8]], max_tokens: 2 }, nChoices: 1, prompt: 3, completion: 2 },
    { path: TEXT, body: { prompt: ['ab', 'ab'], max_tokens: 2 }, nChoices: 2, prompt: 4, completion: 4 },
  ])('$path $body', async ({ path, body, nChoices, prompt, completion }) => {
    const expected = {
      completion_tokens: completion,
      prompt_tokens: prompt,
      total_tokens: prompt + completion,
    };
    const whole: Answer = await (await post(path, body)).json();
    expect(whole.choices).toHaveLength(nChoices);
    expect(whole.usage).toMatchObject(expected);

    const stream_options = { include_usage: true };
    const streamed = await post(path, { ...body, stream: true, stream_options });
    const chunks = parseOpenAiEvents<Answer>(await streamed.text());
    const last = chunks.pop();
    expect(last).toMatchObject({ choices: [], usage: expected, timings: {} });
    expect(chunks.filter(chunk => chunk.choices.length === 0 || 'usage' in chunk)).toEqual([]);
    const ends = chunks
      .flatMap<{ finish_reason: string | null }>(({ choices }) => choices)
      .filter(choice => choice.finish_reason !== null);
    expect(ends).toHaveLength(nChoices);

    const plain = parseOpenAiEvents<Answer>(await (await post(path, { ...body, stream: true })).text());
    expect(plain.filter(chunk => chunk.choices.length === 0 || 'usage' in chunk)).toEqual([]);
    expect(plain.filter(chunk => chunk.timings)).toHaveLength(nChoices);
  });

  it.each([
    { path: CHAT, body: { messages: [{ role: 'user', content: 'abcdef' }], n: 3 }, cached: 5 },
    { path: TEXT, body: { prompt: 'abcdef', n: 3 }, cached: 5 },
  ])('the cached part of a prompt counts once: $path $body', async ({ path, body, cached }) => {
    const server = newServer();
    const ask = async () => {
      const response = await server.post(path, { ...endless, ...body, max_tokens: 1 });
      return (await response.json()).usage.prompt_tokens_details.cached_tokens;
    };
    expect(await ask()).toBe(0);
    expect(await ask()).toBe(cached);
  });
});
