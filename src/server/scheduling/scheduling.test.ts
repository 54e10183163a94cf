import { describe, expect, it, vi } from 'vitest';
import { FakeForwardPass } from '../../engine/fakeForwardPass.ts';
import { StopMatcher } from '../../engine/stop.ts';
import {
  errorOf,
  Gate,
  letters,
  parseEvents,
  type TestServer,
  testServer,
  tokenizer,
} from '../testing/testServer.ts';

const body = { n_predict: 12, ignore_eos: true, return_tokens: true };
/** Waits long enough for everything that happens without further input. */
const settled = () => new Promise(resolve => setTimeout(resolve, 20));

/** Resolves when `nBusy` slots are busy. */
async function busy(server: TestServer, nBusy: number): Promise<void> {
  await expect
    .poll(async () => (await server.slots()).filter(slot => slot.is_processing).length, { interval: 2 })
    .toBe(nBusy);
}

/** Server whose model waits at a gate. */
function gatedServer(nSlots = 1) {
  const gate = new Gate();
  const model = new FakeForwardPass({ nVocab: tokenizer.nVocab, nSlots });
  return { gate, model, server: testServer({ nSlots, target: gate.guard(model) }) };
}

describe('simultaneous requests', () => {
  const requests = ['abc', 'the cat', 'xyz.', 'e', 'king'].map((prompt, i) => ({
    ...body,
    n_predict: 10 + 7 * i,
    prompt,
    temperature: i % 2,
    seed: i,
  }));

  it.each([
    { nSlots: 4, draft: {} },
    { nSlots: 4, draft: { draftDisagreement: 0.3 } },
    { nSlots: 2, draft: { draftDisagreement: 0 } },
    { nSlots: 1, draft: {} },
  ])(
    'each request has the answer that it would have alone: $nSlots slots, $draft',
    async ({ nSlots, draft }) => {
      const server = testServer({ nSlots, ...draft });
      const together = await Promise.all(requests.map(request => server.complete(request)));
      for (const [i, request] of requests.entries()) {
        const alone = await testServer().complete(request);
        expect(together[i]?.tokens).toEqual(alone.tokens);
      }
    },
  );

  it('simultaneous requests are decoded in one batch', async () => {
    const { gate, model, server } = gatedServer(2);
    gate.close();
    const both = Promise.all([
      server.complete({ ...body, prompt: 'ab' }),
      server.complete({ ...body, prompt: 'cd' }),
    ]);
    await settled();
    gate.open();
    await both;
    // Each request alone takes 12 steps; the second may have arrived during the first one's first step.
    expect(model.calls.length).toBeLessThanOrEqual(13);
  });

  it('a request whose tokens cannot become text does not end the others', async () => {
    const { gate, server } = gatedServer(2);
    gate.close();
    const both = ['ab', 'cd'].map(prompt => server.post('/completion', { ...body, prompt }));
    await busy(server, 2);
    const push = vi.spyOn(StopMatcher.prototype, 'push').mockImplementationOnce(() => {
      throw new Error('no text');
    });
    gate.open();
    const statuses = (await Promise.all(both)).map(({ status }) => status);
    push.mockRestore();
    expect(statuses.sort()).toEqual([200, 500]);
    await busy(server, 0);
  });

  it('requests get slots in the order of their arrival', async () => {
    const server = testServer({ nSlots: 1 });
    const finished: string[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map(async prompt => {
        await server.complete({ ...body, prompt });
        finished.push(prompt);
      }),
    );
    expect(finished).toEqual(['a', 'b', 'c']);
  });

  it('a request that waits for a certain slot does not block requests for other slots', async () => {
    const { gate, server } = gatedServer(2);
    gate.close();
    const onOne = server.complete({ ...body, prompt: 'ab', id_slot: 1, n_predict: 40 });
    const alsoOnOne = server.complete({ ...body, prompt: 'cd', id_slot: 1 });
    const anywhere = server.complete({ ...body, prompt: 'ef' });
    await settled();
    gate.open();
    expect((await anywhere).id_slot).toBe(0);
    expect((await alsoOnOne).id_slot).toBe(1);
    expect((await onOne).id_slot).toBe(1);
  });

  it("a stream's response head is sent when the request has its slot", async () => {
    const { gate, server } = gatedServer();
    gate.close();
    const first = await server.post('/completion', { ...body, prompt: 'ab', stream: true });
    let secondHasHead = false;
    const second = server.post('/completion', { ...body, prompt: 'cd', stream: true }).then(response => {
      secondHasHead = true;
      return response;
    });
    await settled();
    expect(secondHasHead).toBe(false);
    gate.open();
    expect(parseEvents(await first.text())).toHaveLength(13);
    expect(parseEvents(await (await second).text())).toHaveLength(13);
  });
});

describe('/slots', () => {
  it('/slots shows a fresh slot, a busy one and an idle one', async () => {
    const { gate, server } = gatedServer();
    expect(await server.slots()).toEqual([{ id: 0, n_ctx: 128, speculative: false, is_processing: false }]);
    gate.close();
    const answer = server.complete({ ...body, prompt: letters('abcd') });
    await busy(server, 1);
    expect(await server.slots()).toMatchObject([
      {
        is_processing: true,
        id_task: 0,
        n_prompt_tokens: 0,
        n_prompt_tokens_processed: 0,
        params: { n_predict: 12 },
        next_token: [{ has_next_token: true, has_new_line: false, n_remain: 12, n_decoded: 0 }],
      },
    ]);
    gate.open();
    await answer;
    expect(await server.slots()).toMatchObject([
      {
        is_processing: false,
        n_prompt_tokens: 15,
        n_prompt_tokens_processed: 4,
        n_prompt_tokens_cache: 0,
        next_token: [{ has_next_token: false, n_remain: -1, n_decoded: 0 }],
      },
    ]);
  });

  it('fail_on_no_slot makes /slots a 503 while no slot is idle', async () => {
    const { gate, server } = gatedServer();
    const ask = () => server.fetch(new Request('http://page/slots?fail_on_no_slot=1'));
    expect((await ask()).status).toBe(200);
    gate.close();
    const answer = server.complete({ ...body, prompt: 'a' });
    await busy(server, 1);
    const response = await ask();
    expect(await errorOf(response)).toEqual({
      code: 503,
      message: 'no slot available',
      type: 'unavailable_error',
    });
    gate.open();
    await answer;
  });
});

describe('a cancelled request', () => {
  it('cancelling a request frees its slot at once, in the middle of a step', async () => {
    const { gate, server } = gatedServer();
    const abort = new AbortController();
    gate.close();
    const answer = server.post('/completion', { ...body, prompt: 'ab' }, abort.signal);
    await busy(server, 1);
    await settled();
    abort.abort();
    // Tokens of the step in progress are not counted yet.
    expect(await server.slots()).toMatchObject([{ is_processing: false, n_prompt_tokens: 0 }]);
    expect((await answer).status).toBe(499);
    gate.open();
    const next = await server.complete({ ...body, prompt: 'ab' });
    expect(next.tokens).toEqual((await testServer().complete({ ...body, prompt: 'ab' })).tokens);
  });

  it('cancelling the body of a stream frees the slot', async () => {
    const server = testServer();
    const response = await server.post('/completion', {
      ...body,
      n_predict: 1e6,
      prompt: 'ab',
      stream: true,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(await server.slots()).toMatchObject([{ is_processing: false }]);
    const next = await server.complete({ ...body, prompt: 'cd' });
    expect(next.tokens).toHaveLength(12);
  });

  it('a cancelled request leaves the queue, and the requests behind it move up', async () => {
    const { gate, server } = gatedServer();
    const abort = new AbortController();
    gate.close();
    const first = server.complete({ ...body, prompt: 'ab' });
    const second = server.post('/completion', { ...body, prompt: 'cd', stream: true }, abort.signal);
    const third = server.complete({ ...body, prompt: 'ef' });
    await settled();
    abort.abort();
    expect((await second).status).toBe(499);
    gate.open();
    expect((await first).tokens_predicted + (await third).tokens_predicted).toBe(24);
  });

  it('a request that was cancelled before its arrival is not started', async () => {
    const { model, server } = gatedServer();
    const response = await server.post('/completion', { ...body, prompt: 'ab' }, AbortSignal.abort());
    expect(response.status).toBe(499);
    await settled();
    expect(model.calls).toEqual([]);
  });
});

describe('a step that fails', () => {
  it('running requests fail with 500, and the server continues with an empty cache', async () => {
    const model = new FakeForwardPass({ nVocab: tokenizer.nVocab, nSlots: 2 });
    const server = testServer({ nSlots: 2, target: model });
    const before = await server.complete({ ...body, prompt: 'ab', id_slot: 0 });
    model.failNext(new Error('the GPU sneezed'));
    const failed = await Promise.all([
      server.post('/completion', { ...body, prompt: 'ab', id_slot: 0 }),
      server.post('/completion', { ...body, prompt: 'cd' }),
    ]);
    for (const response of failed) {
      expect(await errorOf(response)).toEqual({
        code: 500,
        message: 'the GPU sneezed',
        type: 'server_error',
      });
    }
    const after = await server.complete({ ...body, prompt: 'ab', id_slot: 0 });
    expect(after.tokens).toEqual(before.tokens);
    expect(after.timings.cache_n).toBe(0);
  });

  it('the error is the last event of a stream that has begun', async () => {
    const model = new FakeForwardPass({ nVocab: tokenizer.nVocab, nSlots: 1 });
    const server = testServer({ target: model });
    const response = await server.post('/completion', {
      ...body,
      n_predict: 1e6,
      prompt: 'ab',
      stream: true,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader?.read())?.value ?? '';
    model.failNext(new Error('the GPU sneezed'));
    for (let next = await reader?.read(); next?.value; next = await reader?.read()) text += next.value;
    expect(parseEvents<unknown>(text).at(-1)).toEqual({
      error: { code: 500, message: 'the GPU sneezed', type: 'server_error' },
    });
  });
});

describe('closing the server', () => {
  it('closing ends running and queued requests, waits for the step, and refuses later requests', async () => {
    const { gate, server } = gatedServer();
    gate.close();
    const answers = ['ab', 'cd'].map(prompt => server.post('/completion', { ...body, prompt }));
    await busy(server, 1);
    await settled();
    let isClosed = false;
    const closed = server.close().then(() => {
      isClosed = true;
    });
    for (const answer of answers) expect((await answer).status).toBe(503);
    expect(isClosed).toBe(false);
    gate.open();
    await closed;
    const late = await server.post('/completion', { ...body, prompt: 'ab' });
    expect(await errorOf(late)).toMatchObject({ code: 503, type: 'unavailable_error' });
  });
});
