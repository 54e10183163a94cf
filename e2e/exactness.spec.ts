import type { ExactnessSetting } from '../src/harness/exactness.ts';
import type { ExactnessRecord } from '../src/harness/exactnessVerdict.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

/** `npm run exactness` in short: answers that are too few to prove anything, and enough to see that something is wrong. */
const N_PROMPTS = 2;
const N_PREDICT = 16;

/**
 * Half of the settings, in which any three choices still meet in every combination: those with an even number of the choices
 * that cost.
 */
function isOfHalf({ draft, nSlots, nBatch, watched }: ExactnessSetting): boolean {
  return [draft, nSlots > 1, nBatch < 256, watched].filter(Boolean).length % 2 === 0;
}

test('answers do not depend on draft, slots and chunks, in any bit', async ({ harness: { page } }) => {
  test.setTimeout(300_000);
  const { settings, temperatures } = await page.evaluate(() => window.harness.exactnessSettings());
  const questions = Array.from({ length: N_PROMPTS }, (_, prompt) =>
    temperatures.map(temperature => ({ prompt, temperature })),
  ).flat();
  const half = settings.filter(isOfHalf);
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
