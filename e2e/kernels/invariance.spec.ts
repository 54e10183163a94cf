import { expectInvariance } from '../fixtures/invariance.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from '../fixtures/models.ts';
import { test } from '../fixtures/test.ts';

test('experts on the tuning of GPUs: logits do not depend on the batch', async ({ harness }) => {
  test.setTimeout(300_000);
  // Lanes that wait for each other are slow on a software adapter, so compare one row more than tiles of few rows.
  await expectInvariance(harness, {
    model: MOE_Q4_0,
    tuning: 'gpu',
    cacheType: 'f16',
    nTokens: 20,
    nLast: 9,
  });
});

test('a dense model on the tuning of GPUs: logits do not depend on the batch', async ({ harness }) => {
  test.setTimeout(300_000);
  await expectInvariance(harness, { model: DRAFT_Q4_0, tuning: 'gpu', cacheType: 'f32', nLast: 17 });
});
