import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { PageServer } from './fixtures/pageServer.ts';
import { PendingCompletion } from './fixtures/pendingCompletion.ts';
import { expect, test } from './fixtures/test.ts';

const OPTIONS = { model: MOE_Q4_0, modelDraft: DRAFT_Q4_0, nCtx: 512, seed: 42 } as const;
const SHORT = { prompt: 'Once upon a time', n_predict: 16, temperature: 0 } as const;
/** Runs until it is stopped. */
const ENDLESS = { ...SHORT, n_predict: -1, ignore_eos: true } as const;

let server: PageServer;

test.beforeAll(async ({ openHarness }) => {
  server = await PageServer.start(openHarness.page, { ...OPTIONS, nSlots: 1, ctxShift: true });
});
test.afterAll(() => server.close());

/** Number of busy slots, by `GET /slots`. */
async function busySlots(): Promise<number> {
  const { body } = await server.get('/slots');
  if (!Array.isArray(body)) throw new Error(`/slots gave ${JSON.stringify(body)}`);
  return body.filter(slot => slot.is_processing).length;
}

async function expectItAnswers(): Promise<void> {
  const { content } = await server.completion(SHORT);
  expect(content).not.toBe('');
}

for (const sampling of [{ temperature: 0 }, { temperature: 1, seed: 7 }]) {
  test(`a stream has the text of the answer in one piece, ${JSON.stringify(sampling)}`, async ({
    harness: _,
  }) => {
    const request = { prompt: 'The wise owl said,', n_predict: 40, ...sampling };
    const whole = await server.completion({ ...request, return_tokens: true });
    const stream = await server.stream(request);

    expect(stream.status).toBe(200);
    expect(stream.nReads).toBeGreaterThan(1);
    expect(stream.events.map(event => event.content).join('')).toBe(whole.content);
    expect(stream.events.flatMap(event => event.tokens)).toEqual(whole.tokens);
    expect(stream.events.findIndex(event => event.stop)).toBe(stream.events.length - 1);
    expect(stream.events.at(-1)).toMatchObject({
      stop: true,
      stop_type: whole.stop_type,
      tokens_predicted: whole.tokens_predicted,
      // Draft counts depend on timing.
      timings: { predicted_n: whole.timings.predicted_n },
    });
  });
}

for (const stream of [false, true]) {
  test(`cancelling a request frees its slot, ${stream ? 'streaming' : 'not streaming'}`, async ({
    harness: _,
  }) => {
    const pending = await PendingCompletion.begin(server, { ...ENDLESS, stream });
    await expect.poll(busySlots).toBe(1);
    await pending.abort();
    expect(await pending.outcome()).toMatchObject({ kind: 'failed', name: 'AbortError' });
    await expect.poll(busySlots).toBe(0);
    await expectItAnswers();
  });
}

test('a request waits while every slot is busy', async ({ harness: _ }) => {
  const first = await PendingCompletion.begin(server, { ...SHORT, n_predict: 100, ignore_eos: true });
  await expect.poll(busySlots).toBe(1);
  const second = await PendingCompletion.begin(server, { ...SHORT, n_predict: 1 });
  const [firstOutcome, secondOutcome] = [await first.outcome(), await second.outcome()];

  expect(firstOutcome).toMatchObject({ kind: 'answered', status: 200 });
  expect(secondOutcome).toMatchObject({ kind: 'answered', status: 200 });
  expect(secondOutcome.atMs).toBeGreaterThan(firstOutcome.atMs);
});

test('a waiting request that is cancelled is dropped', async ({ harness: _ }) => {
  const running = await PendingCompletion.begin(server, ENDLESS);
  await expect.poll(busySlots).toBe(1);
  const waiting = await PendingCompletion.begin(server, ENDLESS);
  await waiting.abort();
  expect(await waiting.outcome()).toMatchObject({ kind: 'failed', name: 'AbortError' });
  await running.abort();
  await expect.poll(busySlots).toBe(0);
  await expectItAnswers();
});

const INVALID = { code: 400, type: 'invalid_request_error' };
const BAD_REQUESTS: readonly { name: string; body: object | string; error: object }[] = [
  {
    name: 'no prompt',
    body: {},
    error: { ...INVALID, message: expect.stringContaining("'prompt' not found") },
  },
  {
    name: 'a number as prompt',
    body: { prompt: 5 },
    error: { ...INVALID, message: expect.stringContaining('"prompt" elements must be a string') },
  },
  {
    name: 'an empty list as prompt',
    body: { prompt: [] },
    error: { ...INVALID, message: '"prompt" must not be empty' },
  },
  {
    name: 'a token that is not in the vocabulary',
    body: { prompt: [1, 1024] },
    error: { ...INVALID, message: expect.stringContaining('invalid tokens') },
  },
  {
    name: 'a string as temperature',
    body: { ...SHORT, temperature: 'hot' },
    error: { ...INVALID, message: expect.stringContaining("Field 'temperature'") },
  },
  {
    name: 'a number as stream',
    body: { ...SHORT, stream: 1 },
    error: { ...INVALID, message: expect.stringContaining("Field 'stream'") },
  },
  {
    name: 'a negative n_predict',
    body: { ...SHORT, n_predict: -2 },
    error: {
      ...INVALID,
      message: "Field 'n_predict': Value must be between -1 <= value <= 2147483647, but got -2",
    },
  },
  {
    name: 'a prompt longer than the context',
    body: { prompt: 'Hello '.repeat(600) },
    error: {
      code: 400,
      type: 'exceed_context_size_error',
      n_prompt_tokens: 602,
      n_ctx: 512,
      message: expect.stringContaining('602 tokens'),
    },
  },
  { name: 'invalid JSON', body: '{"prompt": "Once', error: { ...INVALID, message: expect.any(String) } },
];

for (const { name, body, error } of BAD_REQUESTS) {
  test(`the server refuses ${name} and answers the next request`, async ({ harness: _ }) => {
    const reply = await server.post('/completion', body);
    expect(reply).toMatchObject({ status: 400, body: { error } });
    await expectItAnswers();
  });
}

test('an unknown path is a 404', async ({ harness: _ }) => {
  expect(await server.get('/nothing')).toMatchObject({
    status: 404,
    body: { error: { type: 'not_found_error' } },
  });
});
