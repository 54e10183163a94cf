import { KERNEL_CASES } from '../src/harness/cases.ts';
import { expect, test } from './fixtures/test.ts';

// Every kernel against its CPU twin, with few lanes (what software adapters use) and with many (what GPUs use).
for (const tuning of ['software', 'gpu'] as const) {
  test.describe(`kernels with the ${tuning} tuning`, () => {
    for (const { id } of KERNEL_CASES) {
      test(`${id} agrees with its CPU twin`, async ({ harness }) => {
        const result = await harness.page.evaluate(
          ([caseId, name]) => window.harness.runKernel(caseId, name),
          [id, tuning] as const,
        );
        expect(result.passed, result.message).toBe(true);
      });
    }
  });
}
