import { describe, expect, it } from 'vitest';
import { FakeForwardPass } from '../../engine/fakeForwardPass.ts';
import type { CompletionResponse } from '../../protocol/completion.ts';
import { errorOf, Gate, letters, type TestServer, testServer, tokenizer } from '../testing/testServer.ts';

const nVocab = tokenizer.nVocab;
const prompt = letters('abcdefghijkl');
const body = { prompt, n_predict: 8, ignore_eos: true, return_tokens: true, temperature: 1, seed: 5 };

async function choicesOf(server: TestServer, request: object): Promise<CompletionResponse[]> {
  const response = await server.post('/completion', request);
  expect(response.status).toBe(200);
  return response.json();
}

describe('several choices of a prompt', () => {
  it.each([{}, { draftDisagreement: 0.3 }])(
    'each choice has the answer that it would have alone: %j',
    async draft => {
      const choices = await choicesOf(testServer({ nSlots: 4, ...draft }), { ...body, n: 3 });
      for (const [i, { tokens }] of choices.entries()) {
        expect(tokens).toEqual((await testServer().complete({ ...body, seed: 5 + i })).tokens);
      }
    },
  );

  it('the prompt is decoded once', async () => {
    const target = new FakeForwardPass({ nVocab, nSlots: 3 });
    const server = testServer({ nSlots: 3, target });
    await choicesOf(server, { ...body, n: 3 });
    const rows = target.calls.flatMap(call => ('rows' in call ? call.rows : []));
    expect(rows.filter(({ position }) => position < prompt.length - 1)).toHaveLength(prompt.length - 1);
    expect(target.calls.filter(({ kind }) => kind === 'copy')).toHaveLength(2);
  });

  it('all choices report the same prompt timings, also if a slot held the prompt', async () => {
    const server = testServer({ nSlots: 2 });
    for (const cached of [0, prompt.length - 1]) {
      const choices = await choicesOf(server, { ...body, n: 2 });
      const timings = { cache_n: cached, prompt_n: prompt.length - cached };
      expect(choices).toMatchObject([{ timings }, { timings }]);
    }
  });

  it('further choices do not change the cache of the first', async () => {
    const target = new FakeForwardPass({ nVocab, nSlots: 3 });
    await choicesOf(testServer({ nSlots: 3, target }), { ...body, n: 3 });
    await expect.poll(() => target.nUsed).toBe(prompt.length + body.n_predict - 1);
  });

  it('choices wait for enough slots without blocking other requests', async () => {
    const server = testServer({ nSlots: 2 });
    const order: string[] = [];
    const ask = (name: string, request: object) =>
      server.post('/completion', { ...body, ...request }).then(() => order.push(name));
    await Promise.all([
      ask('long', { n_predict: 40 }),
      ask('both', { n: 2 }),
      ask('short', { n_predict: 2 }),
    ]);
    expect(order).toEqual(['short', 'long', 'both']);
  });

  it('cancelling the request ends all choices and frees their slots', async () => {
    const gate = new Gate();
    const server = testServer({ nSlots: 3, target: gate.guard(new FakeForwardPass({ nVocab, nSlots: 3 })) });
    const controller = new AbortController();
    gate.close();
    const answer = server.post('/completion', { ...body, n_predict: 90, n: 3 }, controller.signal);
    await expect.poll(async () => (await server.slots()).every(slot => slot.is_processing)).toBe(true);
    controller.abort();
    gate.open();
    expect((await answer).status).toBe(499);
    expect((await server.slots()).some(slot => slot.is_processing)).toBe(false);
    expect(await choicesOf(server, { ...body, n: 3 })).toHaveLength(3);
  });

  it.each([
    ['one token', { prompt: letters('a') }],
    ['no token to predict', { n_predict: 0 }],
    ['one token to predict', { n_predict: 1 }],
    ['two prompts', { prompt: [letters('ab'), letters('cd')] }],
  ])('the number of choices is that of %s', async (_, request) => {
    const choices = await choicesOf(testServer({ nSlots: 2 }), { ...body, n: 2, ...request });
    expect(choices.map(({ index }) => index)).toEqual([...choices.keys()]);
    expect(choices.length % 2).toBe(0);
  });

  it('several choices cannot shift a full context', async () => {
    const server = testServer({ nSlots: 2, nCtx: 20, settings: { ctxShift: true } });
    const error = await errorOf(await server.post('/completion', { ...body, n_predict: 40, n: 2 }));
    expect(error).toMatchObject({ code: 500, message: 'context shift cannot be used for shared prompt' });
    expect((await server.complete({ ...body, n_predict: 40 })).truncated).toBe(true);
  });
});

describe('slots that share a pool of cells', () => {
  const shared = (nCells: number) =>
    testServer({
      nSlots: 3,
      target: new FakeForwardPass({ nVocab, nSlots: 3, nCells }),
      // The prompt cache is off, so that dropped cells do not come back from memory.
      settings: { cacheRam: 0 },
    });

  it('a request takes the cells of idle slots, the least recently released first', async () => {
    const server = shared(60);
    const prompts = ['abcdefgh', 'ijklmnop', 'qrstuvwx'].map(letters);
    for (const each of prompts) await server.complete({ ...body, prompt: each });
    // Holds 30 of 60 cells. Of the third prompt 15 stay, and the first two must go.
    await server.complete({ ...body, prompt: prompts[1], n_predict: 30 });
    const cached = [];
    for (const each of [prompts[2], prompts[0]]) {
      cached.push((await server.complete({ ...body, prompt: each, n_predict: 1 })).timings.cache_n);
    }
    expect(cached).toEqual([7, 0]);
  });

  it('all choices fail if there are too few cells, and the slots start empty', async () => {
    const server = shared(50);
    const requests = ['abcd', 'efgh', 'ijkl'].map(text => ({
      ...body,
      prompt: letters(text),
      n_predict: 20,
    }));
    const answers = await Promise.all(requests.map(request => server.post('/completion', request)));
    for (const answer of answers) {
      expect(await errorOf(answer)).toEqual({
        code: 500,
        message: 'Context size has been exceeded.',
        type: 'server_error',
      });
    }
    for (const request of requests) {
      const { tokens, timings } = await server.complete(request);
      expect(timings.cache_n).toBe(0);
      expect(tokens).toEqual((await testServer().complete(request)).tokens);
    }
  });
});

it.each(Array.from({ length: 12 }, (_, i) => 34 + i))(
  'choices that fill their context do not end other requests, in a pool of %d cells',
  async nCells => {
    const target = new FakeForwardPass({ nVocab, nCtx: 16, nSlots: 3, nCells });
    const server = testServer({ target, settings: { ctxShift: true, kvUnified: true, cacheRam: 0 } });
    const [choices, other] = await Promise.all([
      server.post('/completion', { prompt: letters('abcd'), n_predict: 30, ignore_eos: true, n: 2 }),
      server.post('/completion', { prompt: letters('xyz'), n_predict: 13, ignore_eos: true }),
    ]);
    expect(choices.status).toBe(500);
    if (other.status !== 200) expect((await errorOf(other)).message).toBe('Context size has been exceeded.');
  },
);
