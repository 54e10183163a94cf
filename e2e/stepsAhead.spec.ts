import { SEQUENCE } from './fixtures/invariance.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

const N_PREDICT = 24;

test('answers are the same with steps, guesses and rounds ahead as without, and with empty submits', async ({
  harness,
}) => {
  const answers = await harness.page.evaluate(all => window.harness.answersAhead(all), {
    model: MOE_Q4_0,
    modelDraft: DRAFT_Q4_0,
    // The answers begin on one page of the cache and end on another.
    tokens: SEQUENCE.slice(0, 50),
    nPredict: N_PREDICT,
  });
  const [plain, ...ahead] = answers;
  expect(plain.nAhead).toBe(0);
  for (const { name, tokens, nAhead } of ahead) {
    expect(tokens, name).toEqual(plain.tokens);
    expect(nAhead, name).toBeGreaterThan(5);
  }
});
