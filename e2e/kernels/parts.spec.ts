import { MOE_Q4_0 } from '../fixtures/models.ts';
import { expectSameInParts, SMALL } from '../fixtures/parts.ts';
import { test } from '../fixtures/test.ts';

test('experts on the tuning of GPUs: split matrices give the logits of whole ones', async ({ harness }) => {
  test.setTimeout(300_000);
  await expectSameInParts(harness, MOE_Q4_0, 'gpu', SMALL);
});
