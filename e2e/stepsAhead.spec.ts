import { SEQUENCE } from './fixtures/invariance.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

test('an answer is the same with steps, guesses and rounds ahead as without', async ({ harness }) => {
  const [plain, ...ahead] = await harness.page.evaluate(all => window.harness.answersAhead(all), {
    model: MOE_Q4_0,
    modelDraft: DRAFT_Q4_0,
    tokens: SEQUENCE.slice(0, 12),
    // Beyond the first page of the cache.
    nPredict: 64,
  });
  expect(plain.tokens.flat().length).toBeGreaterThan(400);
  expect(ahead.length).toBe(5);
  for (const { name, tokens } of ahead) expect(tokens, name).toEqual(plain.tokens);
});
