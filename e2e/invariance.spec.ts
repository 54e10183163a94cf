import { expectInvariance } from './fixtures/invariance.ts';
import { DRAFT_Q4_0 } from './fixtures/models.ts';
import { test } from './fixtures/test.ts';

// Complements the targets' own tests in speculative.spec.ts. `npm run test:kernels` does the same on the tuning for GPUs.
test('a dense model: logits do not depend on the batch', async ({ harness }) => {
  await expectInvariance(harness, { model: DRAFT_Q4_0, tuning: 'software', cacheType: 'f16' });
});
