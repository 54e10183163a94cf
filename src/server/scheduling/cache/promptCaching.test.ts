import { describe, expect, it } from 'vitest';
import { FakeForwardPass } from '../../../engine/fakeForwardPass.ts';
import { letters, type TestServerOptions, testServer, tokenizer } from '../../testing/testServer.ts';

const body = { n_predict: 6, ignore_eos: true, return_tokens: true };
const A = letters('abcdefgh');
const B = letters('the cat sat');
const MARK = '__TEST_TAG_CACHE_IDLE_SLOT__';

/** Starts a server and records its log. */
function start(options: TestServerOptions = {}) {
  const lines: string[] = [];
  const server = testServer({ ...options, log: line => lines.push(line) });
  const drain = () => lines.splice(0).join('\n');
  return { server, drain };
}

async function fresh(prompt: readonly number[]) {
  return (await testServer().complete({ ...body, prompt })).tokens;
}

describe('the prompt cache', () => {
  it.each([{}, { draftDisagreement: 0.3 }])(
    'a prompt that was replaced in its slot comes back from memory, with %j',
    async draft => {
      const { server, drain } = start(draft);
      for (const prompt of [A, B, A, B]) await server.complete({ ...body, prompt });
      drain();
      const again = await server.complete({ ...body, prompt: A, temperature: 1, seed: 3 });
      expect(again.timings).toMatchObject({ cache_n: 7, prompt_n: 1 });
      expect(drain()).toMatch(/updating prompt cache.*loading 13 tokens/s);
      const alone = await testServer().complete({ ...body, prompt: A, temperature: 1, seed: 3 });
      expect(again.tokens).toEqual(alone.tokens);
    },
  );

  it('size 0 turns the cache off, and other sizes limit it', async () => {
    const nCached = async (cacheRam: number) => {
      const { server } = start({ settings: { cacheRam } });
      for (const prompt of [A, B]) await server.complete({ ...body, prompt });
      return (await server.complete({ ...body, prompt: A })).timings.cache_n;
    };
    expect(await Promise.all([0, 1, -1].map(nCached))).toEqual([0, 7, 7]);
  });

  it('a request that continues most of its slot does not use the cache', async () => {
    const { server, drain } = start();
    const { tokens } = await server.complete({ ...body, prompt: A });
    drain();
    await server.complete({ ...body, prompt: [...A, ...tokens, ...B] });
    expect(drain()).not.toContain('updating prompt cache');
  });

  it('the state of a requested slot is saved before it is lost, unless the slot is empty', async () => {
    const { server, drain } = start({ nSlots: 2 });
    await server.complete({ ...body, prompt: A, id_slot: 0 });
    expect(drain()).not.toContain('updating');
    await server.complete({ ...body, prompt: B, id_slot: 0 });
    expect(drain()).toContain('saved 13 tokens; prompt cache: 1 prompts');
    const { timings } = await server.complete({ ...body, prompt: A, id_slot: 0 });
    expect(timings.cache_n).toBe(7);
  });

  it('simultaneous requests are served from the cache', async () => {
    const { server } = start({ nSlots: 2 });
    const prompts = [A, B, letters('xyz'), A, B, letters('king'), A];
    const answers = await Promise.all(prompts.map(prompt => server.complete({ ...body, prompt })));
    for (const [i, prompt] of prompts.entries()) expect(answers[i]?.tokens).toEqual(await fresh(prompt));
  });

  it('an entry that cannot be read is skipped', async () => {
    class Unreadable extends FakeForwardPass {
      override async readCache(): Promise<Uint8Array> {
        throw new Error('no memory');
      }
    }
    const { server, drain } = start({ target: new Unreadable({ nVocab: tokenizer.nVocab, nSlots: 1 }) });
    await server.complete({ ...body, prompt: A });
    await server.complete({ ...body, prompt: B });
    expect(drain()).toContain('not saved to the prompt cache: Error: no memory');
    expect((await server.complete({ ...body, prompt: A })).tokens).toEqual(await fresh(A));
  });

  it('cells moved by a context shift are never saved', async () => {
    const { server } = start({ nCtx: 64, settings: { ctxShift: true } });
    const { tokens } = await server.complete({ ...body, prompt: A, n_predict: 70, n_keep: 3 });
    await server.complete({ ...body, prompt: B });
    const prompt = [...A.slice(0, 4), ...tokens.slice(40, 55)];
    const next = await server.complete({ ...body, prompt });
    expect(next.timings.cache_n).toBeLessThanOrEqual(4);
    expect(next.tokens).toEqual(await fresh(prompt));
  });
});

describe('idle slots', () => {
  it('idle slots are saved once when a task starts in another slot', async () => {
    const { server, drain } = start({ nSlots: 2 });
    expect(drain()).toContain('__TEST_TAG_CACHE_IDLE_SLOTS_ENABLED__');
    await server.complete({ ...body, prompt: A, id_slot: 0 });
    expect(drain()).not.toContain(MARK);
    await server.complete({ ...body, prompt: B, id_slot: 1 });
    expect(drain()).toContain(MARK);
    await server.complete({ ...body, prompt: B, id_slot: 1 });
    expect(drain()).not.toContain(MARK);
  });

  it.each([{ cacheIdleSlots: false }, { cacheRam: 0 }])(
    'idle slots are not saved with %j',
    async settings => {
      const { server, drain } = start({ nSlots: 2, settings });
      await server.complete({ ...body, prompt: A, id_slot: 0 });
      await server.complete({ ...body, prompt: B, id_slot: 1 });
      expect(drain()).not.toContain('IDLE_SLOT');
    },
  );
});

describe('n_cache_reuse', () => {
  /** `A` without its second and third token: four of its tokens lie two positions further in the slot. */
  const cut = [...A.slice(0, 2), ...A.slice(4), ...letters('zz')];

  it('chunks that are long enough are moved to their positions in the prompt', async () => {
    const { server } = start();
    await server.complete({ ...body, prompt: A });
    const reused = await server.complete({ ...body, prompt: cut, n_cache_reuse: 4 });
    expect(reused.timings).toMatchObject({ cache_n: 6, prompt_n: 2 });
    expect(reused).toMatchObject({ truncated: false });
  });

  it.each([{ n_cache_reuse: 5 }, { n_cache_reuse: 0 }, {}])(
    'only the beginning is reused with %j',
    async option => {
      const { server } = start();
      await server.complete({ ...body, prompt: A });
      const { timings, tokens } = await server.complete({ ...body, prompt: cut, ...option });
      expect(timings.cache_n).toBe(2);
      expect(tokens).toEqual(await fresh(cut));
    },
  );

  it("the server's default applies to requests without the field", async () => {
    const { server } = start({ settings: { cacheReuse: 4 } });
    await server.complete({ ...body, prompt: A });
    expect((await server.complete({ ...body, prompt: cut })).timings.cache_n).toBe(6);
  });

  it('after a failed move the slot holds the unmoved tokens', async () => {
    class Stuck extends FakeForwardPass {
      override shift(slot: number, keep: number, discard: number, end: number): void {
        super.shift(slot, keep, discard, end);
        throw new Error('stuck');
      }
    }
    const { server } = start({ target: new Stuck({ nVocab: tokenizer.nVocab, nSlots: 1 }) });
    await server.complete({ ...body, prompt: A });
    const failed = await server.post('/completion', { ...body, prompt: cut, n_cache_reuse: 4 });
    expect(failed.status).toBe(500);
    const { timings, tokens } = await server.complete({ ...body, prompt: A });
    expect(timings.cache_n).toBe(2);
    expect(tokens).toEqual(await fresh(A));
  });

  it('moved tokens are reused only by requests with n_cache_reuse', async () => {
    const { server } = start();
    await server.complete({ ...body, prompt: A });
    await server.complete({ ...body, prompt: cut, n_cache_reuse: 4 });
    const moved = await server.complete({ ...body, prompt: cut, n_cache_reuse: 4 });
    expect(moved.timings.cache_n).toBe(cut.length - 1);
    const exact = await server.complete({ ...body, prompt: cut });
    expect(exact.timings.cache_n).toBe(2);
    expect(exact.tokens).toEqual(await fresh(cut));
  });
});

describe('a model whose state cannot go back', () => {
  const settings = { ctxCheckpoints: 8, checkpointMinStep: 4 };
  const startRecurrent = (given: TestServerOptions = {}) =>
    start({
      target: new FakeForwardPass({ nVocab: tokenizer.nVocab, nSlots: 1, maxRollback: 4 }),
      settings,
      ...given,
    });
  const long = letters('the cat sat on the mat and looked at the dog');

  it('goes on from the end of its prompt if it is asked the same again', async () => {
    const { server } = startRecurrent();
    const first = await server.complete({ ...body, prompt: long });
    const again = await server.complete({ ...body, prompt: long });
    expect(again.timings).toMatchObject({ cache_n: long.length - 1, prompt_n: 1 });
    expect(again.tokens).toEqual(first.tokens);
  });

  it('goes on from the beginning of the message that another one replaces', async () => {
    const { server } = startRecurrent();
    const { tokens } = await server.complete({ ...body, prompt: long });
    const history = [...long, ...(tokens ?? [])];
    await server.complete({ ...body, prompt: [...history, ...letters('and then the dog barked')] });
    const edited = [...history, ...letters('so the cat ran')];
    const { timings, tokens: answer } = await server.complete({ ...body, prompt: edited });
    // The last token of an answer is not decoded.
    expect(timings.cache_n).toBe(history.length - 1);
    expect(answer).toEqual(await fresh(edited));
  });

  it('decodes everything again without checkpoints, and behind a place that no checkpoint has', async () => {
    const { server } = startRecurrent({ settings: { ctxCheckpoints: 0 } });
    await server.complete({ ...body, prompt: long });
    const again = await server.complete({ ...body, prompt: long });
    expect(again.timings.cache_n).toBe(0);
    const other = startRecurrent();
    await other.server.complete({ ...body, prompt: long });
    const departed = [...long.slice(0, 6), ...B];
    const answer = await other.server.complete({ ...body, prompt: departed });
    expect([answer.timings.cache_n, answer.tokens]).toEqual([0, await fresh(departed)]);
  });

  it('keeps no more checkpoints than it may', async () => {
    const { server, drain } = startRecurrent({ settings: { ...settings, ctxCheckpoints: 1 } });
    const { tokens } = await server.complete({ ...body, prompt: long });
    const history = [...long, ...(tokens ?? [])];
    await server.complete({ ...body, prompt: [...history, ...A] });
    expect(drain().match(/checkpoint behind/g)).toHaveLength(3);
    expect((await server.complete({ ...body, prompt: [...history, ...B] })).timings.cache_n).toBe(0);
  });
});
