import type { OpenAI } from 'openai';
import type { JSHandle } from 'playwright/test';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { bundleOpenAi, openAiClient } from './fixtures/openAiClient.ts';
import { PageServer } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

const GREEDY = { model: 'any', temperature: 0, max_tokens: 16 } as const;
const TEXT = { ...GREEDY, prompt: 'Once upon a time' } as const;
const CHAT = {
  ...GREEDY,
  max_tokens: 8,
  messages: [
    { role: 'system', content: 'You tell stories.' },
    { role: 'user', content: 'Tell me about an owl.' },
  ],
} as const satisfies Partial<OpenAI.ChatCompletionCreateParams>;

let server: PageServer;
let client: JSHandle<OpenAI>;

test.beforeAll(async ({ openHarness }) => {
  server = await PageServer.start(openHarness.page, {
    model: MOE_Q4_0,
    modelDraft: DRAFT_Q4_0,
    nCtx: 512,
    ctxShift: true,
  });
  client = await openAiClient(server.handle, await bundleOpenAi());
});
test.afterAll(() => server.close());

async function isBusy(): Promise<boolean> {
  const { body } = await server.get('/slots');
  if (!Array.isArray(body)) throw new Error(`/slots gave ${JSON.stringify(body)}`);
  return body.some(slot => slot.is_processing);
}

test('a text is completed like /completion does, at once and as a stream', async ({ harness: _ }) => {
  const { content } = await server.completion({ prompt: TEXT.prompt, temperature: 0, n_predict: 16 });
  const whole = await client.evaluate((client, request) => client.completions.create(request), TEXT);
  expect(whole).toMatchObject({
    object: 'text_completion',
    choices: [{ text: content, index: 0, finish_reason: 'length' }],
    usage: { completion_tokens: 16 },
  });

  const streamed = await client.evaluate(async (client, request) => {
    const texts: string[] = [];
    for await (const { choices } of await client.completions.create({ ...request, stream: true })) {
      texts.push(choices[0].text);
    }
    return texts;
  }, TEXT);
  expect(streamed.length).toBeGreaterThan(2);
  expect(streamed.join('')).toBe(content);
});

test('a chat follows the template, at once and as a stream', async ({ harness: _ }) => {
  const applied = await server.post('/apply-template', CHAT);
  expect(applied.body).toEqual({
    prompt:
      '<|im_start|>system\nYou tell stories.<|im_end|>\n<|im_start|>user\nTell me about an owl.<|im_end|>\n<|im_start|>assistant\n',
  });
  const native = await server.post('/completion', {
    ...(applied.body as object),
    temperature: 0,
    n_predict: 8,
  });
  const { content } = native.body as { content: string };
  expect(content).not.toBe('');

  const whole = await client.evaluate((client, request) => client.chat.completions.create(request), {
    ...CHAT,
    messages: [...CHAT.messages],
  });
  expect(whole.choices).toMatchObject([{ message: { role: 'assistant', content }, finish_reason: 'length' }]);

  // The package's own accumulator reassembles the stream.
  const streamed = await client.evaluate(
    async (client, request) => {
      const stream = client.chat.completions.stream({ ...request, stream_options: { include_usage: true } });
      return stream.finalChatCompletion();
    },
    { ...CHAT, messages: [...CHAT.messages] },
  );
  expect(streamed.choices).toMatchObject([
    { message: { role: 'assistant', content }, finish_reason: 'length' },
  ]);
  expect(streamed.usage).toMatchObject(whole.usage ? { total_tokens: whole.usage.total_tokens } : {});
});

for (const stream of [false, true]) {
  test(`an endless chat is cancelled, ${stream ? 'streaming' : 'not streaming'}`, async ({ harness: _ }) => {
    const outcome = client.evaluate(
      async (client, { request, stream }) => {
        const controller = new AbortController();
        const options = { signal: controller.signal };
        if (!stream) {
          setTimeout(() => controller.abort(), 300);
          return client.chat.completions.create(request, options).then(
            () => 'answered',
            (error: Error) => error.message,
          );
        }
        let nChunks = 0;
        for await (const _ of await client.chat.completions.create({ ...request, stream }, options)) {
          if (++nChunks === 3) controller.abort();
        }
        return `ended after ${nChunks}`;
      },
      { request: { ...CHAT, messages: [...CHAT.messages], max_tokens: 10_000, ignore_eos: true }, stream },
    );
    expect(await outcome).toMatch(stream ? /^ended after \d{1,2}$/ : 'Request was aborted.');
    await expect.poll(isBusy).toBe(false);
  });
}

test('the package throws its own errors', async ({ harness: _ }) => {
  const error = await client.evaluate(async client => {
    try {
      return await client.chat.completions.create({
        model: 'any',
        messages: [{ role: 'user', content: 'x '.repeat(600) }],
      });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const { status, type } = Object.assign({ status: 0, type: '' }, error);
      return { status, type, message: error.message };
    }
  });
  expect(error).toMatchObject({
    status: 400,
    type: 'exceed_context_size_error',
    message: expect.stringContaining('exceeds the available context size (512 tokens)'),
  });
});
