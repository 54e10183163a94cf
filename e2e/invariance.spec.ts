import { expectInvariance } from './fixtures/invariance.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { test } from './fixtures/test.ts';

// Complements the targets' own tests in speculative.spec.ts: the tuning for GPUs, and a dense model.
for (const options of [
  // Lanes that wait for each other are slow on a software adapter, so compare one row more than tiles of few rows: here the rows
  // after the first ones, in the dense model those at the edge of a tile of positions.
  { model: MOE_Q4_0, tuning: 'gpu', cacheType: 'f16', nTokens: 20, nLast: 9 },
  { model: DRAFT_Q4_0, tuning: 'software', cacheType: 'f16' },
  { model: DRAFT_Q4_0, tuning: 'gpu', cacheType: 'f32', nLast: 17 },
] as const) {
  test(`${options.model}: logits do not depend on the batch (${options.tuning} tuning, ${options.cacheType} cache)`, async ({
    harness,
  }) => {
    test.setTimeout(300_000);
    await expectInvariance(harness, options);
  });
}
