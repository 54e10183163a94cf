import { goldens } from '../bench/zoo.mjs';
import { proveInPage } from '../bench/zooExactness.mjs';
import type { ExactnessSetting } from '../src/harness/exactness.ts';
import type { ExactnessRecord } from '../src/harness/exactnessVerdict.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

/** Short form of `npm run exactness`: too few answers for a proof, but enough to notice a fault. */
const N_PROMPTS = 2;
const N_PREDICT = 16;

test('answers do not depend on draft, slots and chunks, in any bit', async ({ harness: { page } }) => {
  test.setTimeout(300_000);
  const { half, temperatures } = await page.evaluate(() => window.harness.exactnessSettings());
  const questions = Array.from({ length: N_PROMPTS }, (_, prompt) =>
    temperatures.map(temperature => ({ prompt, temperature })),
  ).flat();
  expect(half).toHaveLength(8);
  const records: ExactnessRecord[] = [];
  for (const setting of half) {
    const answers = await page.evaluate(given => window.harness.runExactness(given), {
      model: MOE_Q4_0,
      modelDraft: DRAFT_Q4_0,
      setting,
      nPredict: N_PREDICT,
      questions,
    });
    records.push(...answers.map(answer => ({ ...answer, setting })));
  }
  const verdict = await page.evaluate(all => window.harness.judgeExactness(all), records);
  expect(verdict.differences).toEqual([]);
  expect(verdict).toMatchObject({ passed: true, nAnswers: 8 * 2 * N_PROMPTS });
  expect(verdict.nAccepted).toBeGreaterThan(0);
  expect(verdict.nLogitsRows).toBeGreaterThan(3 * 2 * N_PROMPTS);
});

/** Two settings that differ in every choice but one: without logits there is less to compare. */
const EXTREMES: readonly ExactnessSetting[] = [
  { draft: false, nSlots: 1, nBatch: 256, watched: true },
  { draft: true, nSlots: 4, nBatch: 16, watched: true },
];
/** Sample of the models that `npm run exactness -- --zoo` tries. */
const ZOO_MODELS = {
  'gpt-oss': 'sliding windows, sinks and experts',
  qwen35: 'gated delta nets',
  'spec-target': 'a BPE draft of its own',
};
const all = goldens();

for (const [name, what] of Object.entries(ZOO_MODELS)) {
  test(`answers of a model with ${what} depend on no setting (${name})`, async ({ harness: { page } }) => {
    const golden = all.find(({ model }) => model === `${name}.gguf`);
    test.skip(golden === undefined, 'set FORETOKEN_ZOO to the folder of the zoo to run this');
    if (golden === undefined) return;
    const verdict = await proveInPage(page, golden, all, { settings: EXTREMES, nPredict: 16 });
    expect(verdict.differences).toEqual([]);
    expect(verdict).toMatchObject({ passed: true, nAnswers: 2 * 2 * 2 });
    expect(verdict.nAccepted).toBeGreaterThan(0);
    expect(verdict.nLogitsRows).toBeGreaterThan(0);
  });
}
