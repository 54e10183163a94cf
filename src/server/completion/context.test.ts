import { describe, expect, it } from 'vitest';
import { FakeForwardPass } from '../../engine/fakeForwardPass.ts';
import { letters, testServer, tokenizer } from '../testing/testServer.ts';

const body = { n_predict: 6, ignore_eos: true, return_tokens: true };
const drafts = [{}, { draftDisagreement: 0 }, { draftDisagreement: 0.3 }];

describe('prefix reuse', () => {
  it('a prompt that is completely cached decodes one token', async () => {
    const server = testServer();
    const prompt = letters('abcdefgh');
    const first = await server.complete({ ...body, prompt });
    expect(first.timings).toMatchObject({ cache_n: 0, prompt_n: 8 });
    const second = await server.complete({ ...body, prompt });
    expect(second.timings).toMatchObject({ cache_n: 7, prompt_n: 1 });
    expect(second.tokens).toEqual(first.tokens);
  });

  it('generated tokens are reused except the last one, and the rest is dropped', async () => {
    const server = testServer();
    const prompt = letters('abcdefgh');
    const { tokens } = await server.complete({ ...body, prompt });
    const conversation = [...prompt, ...tokens, ...letters('xyz')];
    const next = await server.complete({ ...body, prompt: conversation });
    expect(next.timings).toMatchObject({ cache_n: 8 + 5, prompt_n: 1 + 3 });
    const fresh = await testServer().complete({ ...body, prompt: conversation });
    expect(next.tokens).toEqual(fresh.tokens);
    const branch = [...prompt.slice(0, 5), ...letters('zzz')];
    expect((await server.complete({ ...body, prompt: branch })).timings.cache_n).toBe(5);
  });

  it('cache_prompt false turns reuse off', async () => {
    const server = testServer();
    await server.complete({ ...body, prompt: 'abc' });
    const again = await server.complete({ ...body, prompt: 'abc', cache_prompt: false });
    expect(again.timings.cache_n).toBe(0);
  });

  it.each(drafts)('after a stop string the cache holds the same tokens with draft %j', async draft => {
    const request = { prompt: 'the cat', n_predict: 60, stop: ['a'], ignore_eos: true };
    const plain = await testServer().complete(request);
    const server = testServer(draft);
    const answer = await server.complete(request);
    expect(answer.stop_type).toBe('word');
    expect(answer).toMatchObject({ content: plain.content, tokens_cached: plain.tokens_cached });
  });
});

describe('a full context', () => {
  it.each(drafts)('the answer ends after exactly n_ctx tokens with draft %j', async draft => {
    const server = testServer({ nCtx: 64, ...draft });
    const answer = await server.complete({ prompt: letters('abcdefgh'), ignore_eos: true });
    expect(answer).toMatchObject({
      tokens_predicted: 56,
      tokens_cached: 63,
      truncated: true,
      stop_type: 'limit',
    });
    expect(answer.generation_settings.n_predict).toBe(-1);
  });

  it('the longest accepted prompt leaves room for one token', async () => {
    const server = testServer({ nCtx: 64 });
    const prompt = letters('a'.repeat(63));
    const answer = await server.complete({ prompt, ignore_eos: true });
    expect(answer).toMatchObject({ tokens_predicted: 1, truncated: true });
    expect((await server.post('/completion', { prompt: [...prompt, 9] })).status).toBe(400);
  });
});

describe('context shift', () => {
  const settings = { ctxShift: true };

  it('a shift drops half of the positions behind n_keep: with a context of 64, 31 tokens behind the first', async () => {
    const server = testServer({ nCtx: 64, settings });
    const answer = await server.complete({ prompt: 'abcdefg', n_predict: 100, ignore_eos: true });
    const nPrompt = answer.tokens_evaluated;
    const shifts = server.target instanceof FakeForwardPass ? server.target.calls : [];
    expect(shifts.filter(({ kind }) => kind === 'shift')).toEqual([
      { kind: 'shift', slot: 0, keep: 1, discard: 31 },
      { kind: 'shift', slot: 0, keep: 1, discard: 31 },
    ]);
    expect(answer).toMatchObject({
      tokens_predicted: 100,
      truncated: true,
      stop_type: 'limit',
      tokens_cached: nPrompt + 99 - 62,
    });
  });

  it.each(drafts)('a shift gives the same tokens with draft %j', async draft => {
    const request = {
      prompt: 'abcdefg',
      n_predict: 200,
      n_keep: 3,
      n_discard: 20,
      temperature: 1,
      seed: 5,
      ...{},
    };
    const plain = await testServer({ nCtx: 64, settings }).complete({ ...request, ...body, n_predict: 200 });
    const drafted = await testServer({ nCtx: 64, settings, ...draft }).complete({
      ...request,
      ...body,
      n_predict: 200,
    });
    expect(drafted.tokens).toEqual(plain.tokens);
    expect(drafted.tokens).toHaveLength(200);
  });

  it('a later request reuses only unmoved tokens: the others were decoded behind other text', async () => {
    const server = testServer({ nCtx: 64, settings });
    const prompt = tokenizer.encode('abcdefg', { addSpecial: true, parseSpecial: true });
    const { tokens } = await server.complete({ ...body, prompt, n_predict: 60, n_keep: 3 });
    const kept = [...prompt, ...tokens];
    kept.splice(4, 29);
    const next = await server.complete({ ...body, prompt: kept });
    expect(next.timings.cache_n).toBe(4);
    expect((await server.complete({ ...body, prompt: kept })).timings.cache_n).toBe(kept.length - 1);
  });
});
