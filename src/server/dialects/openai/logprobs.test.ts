import { describe, expect, it } from 'vitest';
import type { TokenLogprobs } from '../../../protocol/completion.ts';
import type { ChatCompletion, ChatCompletionChunk, TextCompletion } from '../../../protocol/openai.ts';
import { sayingServer, templateOpening } from '../../testing/sayingServer.ts';
import { parseOpenAiEvents, testServer } from '../../testing/testServer.ts';

const CHAT = '/v1/chat/completions';
const TEXT = '/v1/completions';
const chat = { messages: [{ role: 'user', content: 'ab' }], max_tokens: 4, ignore_eos: true };
const text = { prompt: 'ab', max_tokens: 4, ignore_eos: true };
const template = { chatTemplate: '{% for m in messages %}{{ m.content }}{% endfor %}' };

/** Log-probabilities of a response, or of the events of a stream. */
async function logprobsOf(path: string, body: object): Promise<readonly TokenLogprobs[]> {
  const response = await testServer({ nSlots: 2, settings: template }).post(path, body);
  expect(response.status).toBe(200);
  const said = await response.text();
  const answers: (ChatCompletion | ChatCompletionChunk | TextCompletion)[] = said.startsWith('data:')
    ? parseOpenAiEvents(said)
    : [JSON.parse(said)];
  const content = answers
    .flatMap<{ logprobs?: { content: readonly object[] } | null }>(({ choices }) => choices)
    .flatMap(({ logprobs }) => logprobs?.content ?? []);
  return content as TokenLogprobs[];
}

describe('log-probabilities without alternatives', () => {
  it.each([
    {
      path: CHAT,
      none: { ...chat, logprobs: true, top_logprobs: 0 },
      some: { ...chat, logprobs: true, top_logprobs: 3 },
    },
    {
      path: CHAT,
      none: { ...chat, logprobs: true, top_logprobs: 0, stream: true },
      some: { ...chat, logprobs: true, top_logprobs: 3, stream: true },
    },
    {
      path: CHAT,
      none: { ...chat, logprobs: true, top_logprobs: 0, n: 2, seed: 1, temperature: 1 },
      some: { ...chat, logprobs: true, top_logprobs: 1, n: 2, seed: 1, temperature: 1 },
    },
    {
      path: CHAT,
      none: { ...chat, logprobs: true, top_logprobs: 0, n_probs: 0 },
      some: { ...chat, logprobs: true, top_logprobs: 20 },
    },
    { path: CHAT, none: { ...chat, logprobs: true, top_logprobs: -1 }, some: { ...chat, logprobs: true } },
    { path: TEXT, none: { ...text, logprobs: 0 }, some: { ...text, logprobs: 3 } },
    {
      path: TEXT,
      none: { ...text, logprobs: 0, stream: true },
      some: { ...text, logprobs: 3, stream: true },
    },
    {
      path: TEXT,
      none: { ...text, logprobs: 0, prompt: ['ab', 'c'] },
      some: { ...text, logprobs: 1, prompt: ['ab', 'c'] },
    },
    {
      path: TEXT,
      none: { ...text, logprobs: 0, n: 2, seed: 1, temperature: 1 },
      some: { ...text, logprobs: 5, n: 2, seed: 1, temperature: 1 },
    },
    {
      path: TEXT,
      none: { ...text, logprobs: 0, n_probs: null },
      some: { ...text, n_probs: 2 },
    },
  ])('the numbers are the same with and without alternatives: $path $none', async ({ path, none, some }) => {
    const tokens = await logprobsOf(path, none);
    expect(tokens.length).toBeGreaterThanOrEqual(4);
    expect(tokens.map(token => token.top_logprobs)).toEqual(tokens.map(() => []));
    const bare = (await logprobsOf(path, some)).map(token => ({ ...token, top_logprobs: [] }));
    expect(tokens).toEqual(bare);
  });

  it.each([
    { path: CHAT, body: chat },
    { path: CHAT, body: { ...chat, logprobs: false } },
    { path: CHAT, body: { ...chat, logprobs: null, top_logprobs: null } },
    { path: CHAT, body: { ...chat, n_probs: 0 } },
    { path: TEXT, body: { ...text, logprobs: null } },
    { path: TEXT, body: { ...text, logprobs: false } },
    { path: TEXT, body: { ...text, n_probs: 0 } },
    { path: TEXT, body: { ...text, n_probs: 0, logprobs: 3 } },
    { path: TEXT, body: { ...text, stream: true } },
  ])('log-probabilities are absent unless requested: $path $body', async ({ path, body }) => {
    expect(await logprobsOf(path, body)).toEqual([]);
  });
});

describe('log-probabilities of a stream', () => {
  const THINKER = `${templateOpening('A:')}{# </think> #}`;

  it.each([
    { says: 'hello', body: {} },
    { says: 'hello', body: { max_tokens: 3 } },
    { says: '<th', body: {} },
    { says: 'a <think', body: {} },
    { says: '<think>so</think>yes', body: {} },
    { says: '<think>so</thi', body: {} },
    { says: '', body: {} },
    { says: 'hello', body: { stop: 'z' } },
    { says: 'hello wor', body: { stop: 'world' } },
    { says: 'hello', body: { top_logprobs: 2 } },
  ])(
    'a stream has the log-probabilities of the response in one piece: "$says" $body',
    async ({ says, body }) => {
      const { ask } = sayingServer(says, { chatTemplate: THINKER });
      const { whole, chunks } = await ask({ logprobs: true, top_logprobs: 0, ...body });
      const streamed = chunks
        .flatMap(({ choices }) => choices)
        .flatMap(choice => choice.logprobs?.content ?? []);
      expect(streamed).toEqual(whole.choices[0].logprobs?.content);
    },
  );
});
