import { describe, expect, it } from 'vitest';
import { EOS, testServer } from '../testing/testServer.ts';

const GRAMMAR = 'root ::= " the " ("cat" | "dog") (", " [a-z]{3,8}){1,2} [.!?\\n]';
const FITS = /^ the (cat|dog)(, [a-z]{3,8}){1,2}[.!?\n]$/;

describe('a request with a grammar', () => {
  it.each<[string, object]>([
    ['greedy', { temperature: 0 }],
    ['with the defaults', { temperature: 0.8, seed: 3 }],
    ['with everything in the draw', { temperature: 2, seed: 4, top_k: 0, top_p: 1, min_p: 0 }],
    ['with mirostat', { temperature: 1, seed: 5, mirostat: 2 }],
    ['that bans the end', { temperature: 1, seed: 6, ignore_eos: true }],
  ])('an answer fits the grammar and is the same with a draft, %s', async (_, sampling) => {
    const body = { prompt: 'ab', grammar: GRAMMAR, n_predict: 60, return_tokens: true, ...sampling };
    const plain = await testServer().complete(body);
    expect(plain.content).toMatch(FITS);
    expect(plain).toMatchObject({ stop_type: 'eos', generation_settings: { grammar: GRAMMAR } });
    expect(plain.tokens.at(-1)).toBe(EOS);
    for (const draftDisagreement of [0, 0.5]) {
      const drafted = await testServer({ draftDisagreement }).complete(body);
      expect(drafted.tokens).toEqual(plain.tokens);
      expect(drafted.timings.draft_n).toBeGreaterThan(0);
    }
  });

  it('a grammar does not affect requests in other slots', async () => {
    const server = testServer({ nSlots: 2 });
    const free = { prompt: 'ab', n_predict: 20, ignore_eos: true };
    const alone = await server.complete(free);
    const [constrained, beside] = await Promise.all([
      server.complete({ ...free, ignore_eos: false, grammar: GRAMMAR }),
      server.complete(free),
    ]);
    expect(constrained.content).toMatch(FITS);
    expect(beside.content).toBe(alone.content);
  });

  it('a grammar does not apply to the prompt', async () => {
    const { content } = await testServer().complete({
      prompt: 'xyz!',
      grammar: 'root ::= "a"',
      n_predict: 5,
    });
    expect(content).toBe('a');
  });

  it('a grammar accepts characters that are split over several byte tokens', async () => {
    const { content } = await testServer().complete({
      prompt: 'a',
      grammar: 'root ::= "é"{3}',
      n_predict: 9,
    });
    expect(content).toBe('ééé');
  });

  it('probabilities are those of the model, or those after the grammar if `post_sampling_probs` is set', async () => {
    const body = { prompt: 'a', grammar: 'root ::= "q" "ing"', n_probs: 2, n_predict: 4, temperature: 1 };
    const raw = await testServer().complete(body);
    expect(raw.completion_probabilities?.[0]).toMatchObject({ token: 'q', logprob: expect.any(Number) });
    const post = await testServer().complete({ ...body, post_sampling_probs: true });
    expect(post.completion_probabilities?.[0]).toMatchObject({ token: 'q', prob: 1 });
  });

  it('the response shows the grammar that was made from a schema', async () => {
    const grammarOf = async (body: object) =>
      (await testServer().complete({ prompt: 'a', n_predict: 1, ...body })).generation_settings.grammar;
    expect(await grammarOf({ json_schema: { type: 'boolean' }, grammar: '' })).toMatch(/^root ::= \("true" /);
    expect(await grammarOf({})).toBe('');
  });
});
