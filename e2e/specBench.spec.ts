import { specBenchOf } from '../src/report/specBench/build.ts';
import { answer, drafted, CONDITIONS as MEASURED } from '../src/report/specBench/fixtures.ts';
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
    /^NOT exact, answers that differ: \d; the first is draft-simple, run 1, temperature 0/,
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

test('the page draws a result, and explains the error of another file', async ({ page }) => {
  const open = (name: string, text: string) =>
    page.getByTestId('file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  const hot = { temperature: 0.8 };
  const bench = await specBenchOf([answer(), drafted(), answer(hot), drafted({ ...hot, ms: 10 })], {
    ...MEASURED,
    temperatures: [0, 0.8],
  });
  await page.goto('spec-bench.html');
  await open('notes.json', '{}');
  await expect(page.getByTestId('refusal')).toContainText('notes.json is no result of spec-bench');
  await open('bench.json', JSON.stringify(bench));
  await expect(page.getByTestId('refusal')).toHaveCount(0);
  await expect(page.getByTestId('summary')).toHaveText('target.gguf with draft.gguf on acme one');
  await expect(page.getByTestId('verdict')).toContainText('exact: all answers of 2 kinds are the same');
  const charts = page.getByTestId('charts');
  await expect(charts.getByText('2.00×')).toHaveCount(2);
  await expect(charts.getByRole('img', { name: 'Accepted drafts by position' })).toBeVisible();
  await expect(page.getByTestId('rows').locator('tbody tr')).toHaveCount(4);
  await page.getByLabel('Temperature').selectOption('0.8');
  await expect(charts.getByText('4.00×')).toHaveCount(2);

  const wrong = await specBenchOf([answer(), drafted({ tokens: [1] })], MEASURED);
  await open('wrong.json', JSON.stringify(wrong));
  await expect(page.getByTestId('verdict')).toContainText('NOT exact, answers that differ: 1');
});
