import { describe, expect, it } from 'vitest';
import { testServer } from '../testing/testServer.ts';

const REQUEST = { prompt: 'ab', n_predict: 40, ignore_eos: true, return_tokens: true } as const;

describe('synthetic acceptance', () => {
  it.each([{ temperature: 0 }, { temperature: 1, seed: 42 }])(
    'accepting nothing does not change the answer, with %j',
    async sampling => {
      const plain = await testServer().complete({ ...REQUEST, ...sampling });
      const server = testServer({ draftDisagreement: 0.2, syntheticAcceptance: [0, 0, 0] });
      const answer = await server.complete({ ...REQUEST, ...sampling });
      expect(answer.tokens).toEqual(plain.tokens);
      expect(answer.timings.draft_n).toBeGreaterThan(0);
      expect(answer.timings.draft_n_accepted).toBe(0);
    },
  );

  it("the request's seed decides about acceptance", async () => {
    const server = testServer({ draftDisagreement: 0.5, syntheticAcceptance: [0.6, 0.6, 0.6] });
    const answers = [];
    for (const seed of [7, 7, 8]) {
      const { tokens, timings } = await server.complete({ ...REQUEST, seed });
      answers.push([tokens, timings.draft_n, timings.draft_n_accepted]);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).not.toEqual(answers[0]);
  });

  it('accepting everything ends at n_predict, also under a grammar', async () => {
    const server = testServer({ draftDisagreement: 0.5, syntheticAcceptance: [1, 1, 1] });
    const answer = await server.complete(REQUEST);
    expect(answer).toMatchObject({ tokens_predicted: 40, stop_type: 'limit' });
    // A drafted end-of-generation token is not accepted; the script contains one.
    const { draft_n = 0, draft_n_accepted } = answer.timings;
    expect(draft_n_accepted).toBe(draft_n - 1);
    const constrained = await server.complete({ ...REQUEST, n_predict: 6, grammar: 'root ::= "a"{5,5}' });
    expect(constrained.tokens_predicted).toBeLessThanOrEqual(6);
  });
});

it('an answer, its slot and the properties report drafts by kind and position', async () => {
  const server = testServer({ draftDisagreement: 0.3 });
  const { timings } = await server.complete({ ...REQUEST, speculation_trace: true });
  const [counts, ...others] = timings.drafts ?? [];
  expect(others).toEqual([]);
  expect(counts).toMatchObject({
    type: 'draft-simple',
    draft_n: timings.draft_n,
    draft_n_accepted: timings.draft_n_accepted,
  });
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  expect(total(counts.draft_n_per_pos)).toBe(timings.draft_n);
  expect(total(counts.draft_n_accepted_per_pos)).toBe(timings.draft_n_accepted);
  expect(await server.slots()).toMatchObject([{ drafts: [counts] }]);
  const props = await (await server.fetch(new Request('http://page/props'))).json();
  expect(props.speculative).toEqual({ types: ['draft-simple'], drafts: [counts] });
});

it('a server without speculation reports none', async () => {
  const server = testServer();
  expect((await server.complete(REQUEST)).timings.drafts).toBeUndefined();
  expect(await server.slots()).toMatchObject([{ drafts: [] }]);
  const props = await (await server.fetch(new Request('http://page/props'))).json();
  expect(props.speculative).toEqual({ types: [], drafts: [] });
});

it('the server reports its kinds of speculation', async () => {
  const settings = async (server: ReturnType<typeof testServer>) =>
    (await server.complete({ prompt: 'ab', n_predict: 1 })).generation_settings;
  expect(await settings(testServer())).toMatchObject({ 'speculative.types': 'none' });
  const drafting = testServer({ draftDisagreement: 0 });
  expect(await settings(drafting)).toMatchObject({ 'speculative.types': 'none,draft-simple' });
  expect(await drafting.slots()).toMatchObject([{ speculative: true }]);
  expect(await testServer().slots()).toMatchObject([{ speculative: false }]);
});
