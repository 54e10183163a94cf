import type { ExactnessRecord } from '../src/harness/exactnessVerdict.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

/** `npm run exactness` in short: answers that are too few to prove anything, and enough to see that something is wrong. */
const N_PROMPTS = 2;
const N_PREDICT = 16;

test('answers do not depend on draft, slots and chunks, in any bit', async ({ harness: { page } }) => {
  test.setTimeout(300_000);
  const { settings, temperatures } = await page.evaluate(() => window.harness.exactnessSettings());
  const questions = Array.from({ length: N_PROMPTS }, (_, prompt) =>
    temperatures.map(temperature => ({ prompt, temperature })),
  ).flat();
  const records: ExactnessRecord[] = [];
  for (const setting of settings) {
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
  expect(verdict).toMatchObject({ passed: true, nAnswers: 16 * 2 * N_PROMPTS });
  expect(verdict.nAccepted).toBeGreaterThan(0);
  expect(verdict.nLogitsRows).toBeGreaterThan(7 * 2 * N_PROMPTS);
});
