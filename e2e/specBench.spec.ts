import { ALL_CATEGORIES } from '../src/report/specBench/schema.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

const ASKED = {
  model: MOE_Q4_0,
  modelDraft: DRAFT_Q4_0,
  run: 0,
  prompts: { stories: ['Once upon a time', 'The wise owl said,'] },
  temperatures: [0, 0.8],
  nPredict: 24,
};
const CONDITIONS = {
  date: '2026-01-02T03:04:05Z',
  commit: '',
  browser: '',
  adapter: '',
  model: 'target',
  modelDraft: 'draft',
  nPredict: ASKED.nPredict,
  runs: 1,
  temperatures: ASKED.temperatures,
  absent: [],
};

test('the benchmark of speculation passes on equal answers, and fails and names the first that differs', async ({
  harness: { page },
}) => {
  const passOf = async (kind: string, options: object = {}) => {
    const pass = await page.evaluate(asked => window.harness.answerSpecBench(asked), {
      ...ASKED,
      kind,
      options: { draftAdaptive: false, ...options },
    });
    expect(pass).toMatchObject({ offered: true });
    return pass.offered ? pass.answers : [];
  };
  const plain = await passOf('none');
  expect(plain).toHaveLength(4);
  const report = (answers: typeof plain) =>
    page.evaluate(([answers, conditions]) => window.harness.reportSpecBench(answers, conditions), [
      answers,
      CONDITIONS,
    ] as const);

  const { bench } = await report([...plain, ...(await passOf('draft-simple'))]);
  expect(bench.differences).toEqual([]);
  expect(bench.exact).toBe(true);
  const rows = bench.rows.filter(row => row.kind === 'draft-simple' && row.category === ALL_CATEGORIES);
  expect(rows.map(({ temperature }) => temperature)).toEqual(ASKED.temperatures);
  for (const row of rows) {
    expect(row.tokensPerRound).toBeGreaterThan(1);
    expect(row.draft_n_per_pos).toHaveLength(3);
    // A token is accepted only with all before it.
    const counts = row.draft_n_accepted_per_pos;
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  }

  // Accepts every draft, whatever the target would say.
  const wrong = await report([...plain, ...(await passOf('draft-simple', { specSynthRates: [1, 1, 1] }))]);
  expect(wrong.bench.exact).toBe(false);
  expect(wrong.verdict).toMatch(
    /^NOT exact: \d answers differ; the first is draft-simple, run 1, temperature 0/,
  );
});

test('a kind that the model does not offer is left out, with the reason', async ({ harness: { page } }) => {
  const pass = await page.evaluate(asked => window.harness.answerSpecBench(asked), {
    ...ASKED,
    modelDraft: null,
    kind: 'draft-simple',
  });
  expect(pass).toMatchObject({ offered: false, reason: expect.stringContaining('draft-simple') });
});
