import type { CompletionResponse } from '../src/protocol/completion.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

// Fixed draft lengths: software adapters gain nothing by speculation, so adaptive drafts would be empty.
const SETTINGS = {
  ...{ model: MOE_Q4_0, nCtx: 256, nSlots: 2, ctxShift: true },
  ...{ seed: 42, draftAdaptive: false },
} as const;

/** Short lengths of n-grams and drafts, because the stories are short. */
const SHORT = {
  ngramSimpleSizeN: 3,
  ngramSimpleSizeM: 8,
  ngramMapKSizeN: 3,
  ngramMapKSizeM: 8,
  ngramMapK4vSizeN: 3,
  ngramMapK4vSizeM: 8,
  ngramSuffixNMax: 8,
  ngramModNMatch: 4,
  ngramModNMin: 2,
  ngramModNMax: 8,
} as const;

const KINDS = [
  { name: 'ngram-simple', options: { specType: ['ngram-simple'] }, types: 'none,ngram-simple' },
  { name: 'ngram-map-k', options: { specType: ['ngram-map-k'] }, types: 'none,ngram-map-k' },
  { name: 'ngram-mod', options: { specType: ['ngram-mod'] }, types: 'none,ngram-mod' },
  { name: 'ngram-map-k4v', options: { specType: ['ngram-map-k4v'] }, types: 'none,ngram-map-k4v' },
  { name: 'ngram-suffix', options: { specType: ['ngram-suffix'] }, types: 'none,ngram-suffix' },
  {
    name: 'ngram-suffix with lengths that pay',
    options: { specType: ['ngram-suffix'], draftAdaptive: true },
    types: 'none,ngram-suffix',
    least: 0,
  },
  {
    name: 'n-grams and a draft model',
    options: { specType: ['draft-simple', 'ngram-mod', 'ngram-simple'], modelDraft: DRAFT_Q4_0 },
    types: 'none,draft-simple,ngram-mod,ngram-simple',
  },
] as const;

const VERSE = 'The owl was wise. The owl was kind. The fox asked the owl. ';

/** Requests that exceed the context come last, because less of a shifted slot can be reused. */
const REQUESTS = [
  { prompt: VERSE.repeat(3), temperature: 0, ignore_eos: true, n_predict: 48 },
  { prompt: VERSE.repeat(3), temperature: 0.4, seed: 7, ignore_eos: true, n_predict: 48 },
  {
    prompt: VERSE.repeat(2),
    temperature: 0.2,
    seed: 3,
    n_predict: 48,
    grammar: 'root ::= (("The owl" | "The fox") " was " ("wise" | "kind") ". ")+',
  },
  { prompt: VERSE.repeat(3), temperature: 0, ignore_eos: true, n_predict: 120 },
] as const;

/** Expects the trace of `answer` to have its text, the counts of its timings, and no sources but `kinds`. */
function expectTrace(answer: CompletionResponse, kinds: readonly string[]): void {
  const { tokens = [], rounds = [] } = answer.speculation_trace ?? {};
  expect(tokens.map(({ id }) => id)).toEqual(answer.tokens);
  const bytes = Uint8Array.from(tokens.flatMap(token => token.bytes));
  expect(new TextDecoder().decode(bytes)).toBe(answer.content);
  const { draft_n = 0, draft_n_accepted = 0, predicted_n } = answer.timings;
  expect(tokens).toHaveLength(predicted_n);
  expect(rounds.reduce((sum, { draft }) => sum + draft.length, 0)).toBe(draft_n);
  expect(rounds.reduce((sum, { n_accepted }) => sum + n_accepted, 0)).toBe(draft_n_accepted);
  for (const { source } of tokens) expect(['target', 'bonus', ...kinds]).toContain(source);
  for (const { source } of rounds) expect([null, ...kinds]).toContain(source);
}

test('n-gram look-ups do not change an answer, also beyond the context', async ({ startServer }) => {
  const plain = await startServer(SETTINGS);
  const answers = await Promise.all(
    REQUESTS.map(request => plain.completion({ ...request, return_tokens: true })),
  );
  expect(answers[0]?.timings.draft_n).toBeUndefined();
  expect(answers.map(({ truncated }) => truncated)).toEqual([false, false, false, true]);
  await plain.close();

  for (const { name, options, types, ...kind } of KINDS) {
    const server = await startServer({ ...SETTINGS, ...SHORT, ...options });
    // More requests than slots, so that some find the remains of others.
    const found = await Promise.all(
      REQUESTS.map(request =>
        server.completion({ ...request, return_tokens: true, speculation_trace: true }),
      ),
    );
    for (const [i, answer] of found.entries()) {
      expect(answer.tokens, `${name}, request ${i}`).toEqual(answers[i]?.tokens);
      expect(answer.generation_settings).toMatchObject({ 'speculative.types': types });
      expectTrace(answer, types.split(','));
    }
    const accepted = found.map(({ timings }) => timings.draft_n_accepted ?? 0);
    expect(Math.max(...accepted), name).toBeGreaterThanOrEqual('least' in kind ? kind.least : 11);
    await server.close();
  }
});
