import { expectInvariance } from './fixtures/invariance.ts';
import { DRAFT_Q4_0 } from './fixtures/models.ts';
import { test } from './fixtures/test.ts';

// Complements the targets' own tests in speculative.spec.ts: a dense model, and the tuning for GPUs. `npm run test:kernels` does
// the same with experts.
for (const options of [
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
