import { fileURLToPath } from 'node:url';
import { OpenAI } from 'openai';
import { type AiSdk, aiInNode, aiInPage, type RunWithAi } from './fixtures/aiSdk.ts';
import { bundledFile, DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { PageServer } from './fixtures/pageServer.ts';
import { ServeProcess } from './fixtures/serveProcess.ts';
import { expect, test } from './fixtures/test.ts';

const KEY = 'sesame';
const FLAGS = [
  ...['-m', fileURLToPath(bundledFile(MOE_Q4_0)), '-md', fileURLToPath(bundledFile(DRAFT_Q4_0))],
  ...['-c', '512', '--context-shift', '--embeddings', '--pooling', 'mean', '--api-key', KEY, '--port', '0'],
];
const OPTIONS = { nCtx: 512, ctxShift: true, embeddings: true, pooling: 'mean', apiKeys: [KEY] } as const;

const GREEDY = { model: 'any', temperature: 0, max_tokens: 8 } as const;
const MESSAGES: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Tell me about an owl.' }];
const ENDLESS = { ...GREEDY, messages: MESSAGES, max_tokens: 10_000, ignore_eos: true };

let serve: ServeProcess;
let url: string;
test.beforeAll(async () => {
  serve = await ServeProcess.start(FLAGS);
  await serve.ready();
  url = await serve.url();
});
test.afterAll(() => serve.dispose());

async function ask(path: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${KEY}` };
  const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers };
  return (await fetch(new URL(path, url), init)).json();
}

function isAnyBusy(slots: unknown): boolean {
  if (!Array.isArray(slots)) throw new Error(`/slots gave ${JSON.stringify(slots)}`);
  return slots.some(slot => slot.is_processing);
}

async function isBusy(): Promise<boolean> {
  return isAnyBusy(await ask('slots'));
}

test.describe('the openai package over HTTP', () => {
  const clientWith = (apiKey: string) =>
    new OpenAI({ apiKey, baseURL: new URL('v1', url).href, maxRetries: 0 });

  test('the package completes and chats, at once and as a stream', async () => {
    const client = clientWith(KEY);
    const native = { prompt: 'Once upon a time', temperature: 0, n_predict: 8 };
    const { content } = (await ask('completion', native)) as { content: string };
    const request = { ...GREEDY, prompt: native.prompt };
    const whole = await client.completions.create(request);
    expect(whole.choices).toMatchObject([{ text: content, finish_reason: 'length' }]);
    const texts: string[] = [];
    for await (const { choices } of await client.completions.create({ ...request, stream: true })) {
      texts.push(choices[0].text);
    }
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.join('')).toBe(content);

    const chat = await client.chat.completions.create({ ...GREEDY, messages: MESSAGES });
    expect(chat.choices[0]?.message.content).not.toBe('');
    const stream = client.chat.completions.stream({
      ...GREEDY,
      messages: MESSAGES,
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    expect(streamed.choices[0]?.message.content).toBe(chat.choices[0]?.message.content);
    expect(streamed.usage?.total_tokens).toBe(chat.usage?.total_tokens);
  });

  for (const stream of [false, true]) {
    test(`an aborted chat frees its slot, ${stream ? '' : 'not '}streaming`, async () => {
      const leaving = new AbortController();
      const request = { ...ENDLESS, stream };
      const answer = (async () => {
        const given = await clientWith(KEY).chat.completions.create(request, { signal: leaving.signal });
        // The stream of an aborted request ends; a whole answer never arrives.
        if (Symbol.asyncIterator in given) for await (const _ of given);
        else throw new Error('answered');
      })().catch((error: unknown) => error);
      await expect.poll(isBusy).toBe(true);
      leaving.abort();
      expect(await answer).toEqual(stream ? undefined : expect.any(OpenAI.APIUserAbortError));
      await expect.poll(isBusy).toBe(false);
    });
  }

  test('the package embeds and lists models', async () => {
    const client = clientWith(KEY);
    const input = ['The wise owl', 'A brave dog'];
    const decoded = await client.embeddings.create({ model: 'any', input });
    const plain = await client.embeddings.create({ model: 'any', input, encoding_format: 'float' });
    expect(decoded.data.map(({ embedding }) => embedding)).toEqual(
      plain.data.map(({ embedding }) => embedding),
    );
    const models = await client.models.list();
    expect(models.data).toMatchObject([{ object: 'model', owned_by: 'llamacpp' }]);
  });

  test('the package throws its own errors', async () => {
    const long = { model: 'any', prompt: 'x '.repeat(600) };
    await expect(clientWith(KEY).completions.create(long)).rejects.toMatchObject({
      constructor: OpenAI.BadRequestError,
      type: 'exceed_context_size_error',
      error: { n_ctx: 512 },
    });
    await expect(clientWith('wrong').completions.create(long)).rejects.toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
    await expect(clientWith(KEY).files.list()).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    // A bad request is refused before its stream begins, so streams have no such errors here.
    await expect(clientWith(KEY).completions.create({ ...long, stream: true })).rejects.toBeInstanceOf(
      OpenAI.BadRequestError,
    );
  });
});

/** Functions that use only the SDK, to run in this process or in the page. */
const AI_RUNS = {
  generate: async ({ ai, chat }: AiSdk) => {
    const { text, finishReason, usage } = await ai.generateText({
      model: chat,
      prompt: 'Tell me about an owl.',
      temperature: 0,
      maxOutputTokens: 8,
    });
    return { text, finishReason, nTokens: usage.outputTokens };
  },
  stream: async ({ ai, chat }: AiSdk) => {
    const { textStream, finishReason, usage } = ai.streamText({
      model: chat,
      prompt: 'Tell me about an owl.',
      temperature: 0,
      maxOutputTokens: 8,
    });
    const texts: string[] = [];
    for await (const text of textStream) texts.push(text);
    return {
      text: texts.join(''),
      isInPieces: texts.length > 2,
      finishReason: await finishReason,
      nTokens: (await usage).outputTokens,
    };
  },
  complete: async ({ ai, text: model }: AiSdk) =>
    (await ai.generateText({ model, prompt: 'Once upon a time', temperature: 0, maxOutputTokens: 8 })).text,
  object: async ({ ai, chat }: AiSdk) => {
    const schema = ai.jsonSchema<{ word: string }>({
      type: 'object',
      properties: { word: { enum: ['yes', 'no'] } },
      required: ['word'],
      additionalProperties: false,
    });
    const { object } = await ai.generateObject({
      model: chat,
      prompt: 'Is it wise?',
      temperature: 0,
      schema,
    });
    return object.word;
  },
  embed: async ({ ai, vectors }: AiSdk) => {
    const { embeddings } = await ai.embedMany({ model: vectors, values: ['The wise owl', 'A brave dog'] });
    return embeddings;
  },
  abort: async ({ ai, chat }: AiSdk) => {
    const leaving = new AbortController();
    const { fullStream } = ai.streamText({
      model: chat,
      prompt: 'Tell me about an owl.',
      maxOutputTokens: 10_000,
      abortSignal: leaving.signal,
      onError() {},
    });
    let nDeltas = 0;
    for await (const { type } of fullStream) {
      if (type === 'abort') return 'aborted';
      if (type === 'text-delta' && ++nDeltas === 3) leaving.abort();
    }
    return `ended after ${nDeltas} pieces`;
  },
  error: async ({ ai, chat }: AiSdk) => {
    try {
      await ai.generateText({ model: chat, prompt: 'x '.repeat(600), maxRetries: 0 });
      return 'answered';
    } catch (error) {
      return ai.APICallError.isInstance(error) ? { status: error.statusCode, message: error.message } : error;
    }
  },
};

test.describe('the AI SDK', () => {
  let page: PageServer;
  let doors: Readonly<Record<'port' | 'page', RunWithAi>>;
  const areBusy = {
    port: isBusy,
    page: async () =>
      isAnyBusy(
        await page.handle.evaluate(
          async (server, key) => (await server.fetch('/slots', { headers: { 'x-api-key': key } })).json(),
          KEY,
        ),
      ),
  };
  test.beforeAll(async ({ openHarness }) => {
    page = await PageServer.start(openHarness.page, {
      ...OPTIONS,
      model: MOE_Q4_0,
      modelDraft: DRAFT_Q4_0,
    });
    doors = { port: aiInNode(url, KEY), page: await aiInPage(page.handle, KEY) };
  });
  test.afterAll(() => page.close());

  test('the SDK gets the same results through both doors', async ({ harness: _ }) => {
    for (const run of [AI_RUNS.generate, AI_RUNS.complete, AI_RUNS.object, AI_RUNS.embed]) {
      expect(await doors.port<unknown>(run)).toEqual(await doors.page<unknown>(run));
    }
    const whole = await doors.port(AI_RUNS.generate);
    expect(whole).toMatchObject({ text: expect.stringMatching(/\w/), finishReason: 'length', nTokens: 8 });
    expect(await doors.port(AI_RUNS.object)).toMatch(/^(yes|no)$/);
    for (const run of Object.values(doors)) {
      expect(await run(AI_RUNS.stream)).toEqual({ ...whole, isInPieces: true });
    }
  });

  for (const door of ['port', 'page'] as const) {
    test(`the SDK aborts and throws through the ${door}`, async ({ harness: _ }) => {
      expect(await doors[door](AI_RUNS.abort)).toBe('aborted');
      await expect.poll(areBusy[door]).toBe(false);
      expect(await doors[door](AI_RUNS.error)).toMatchObject({
        status: 400,
        message: expect.stringContaining('exceeds the available context size (512 tokens)'),
      });
    });
  }
});
