import { KERNEL_CASES } from '../src/conformance/allCases.ts';
import { expect, test } from './fixtures/test.ts';

// Every kernel against its CPU twin, with few lanes (as on software adapters) and with many (as on GPUs). Only products share
// loads.
for (const tuning of ['software', 'gpu', 'subgroups'] as const) {
  test.describe(`kernels with the ${tuning} tuning`, () => {
    for (const { id } of KERNEL_CASES.filter(
      ({ tunings }) => tuning !== 'subgroups' || tunings.includes(tuning),
    )) {
      test(`${id} agrees with its CPU twin`, async ({ harness }) => {
        if (tuning === 'subgroups') {
          const { features } = await harness.page.evaluate(() => window.harness.adapter());
          test.skip(!features.includes('subgroups'), 'this adapter has no subgroups');
        }
        const result = await harness.page.evaluate(
          ([caseId, name]) => window.harness.runKernel(caseId, name),
          [id, tuning] as const,
        );
        expect(result.passed, result.message).toBe(true);
      });
    }
  });
}
