import { KERNEL_CASES } from '../src/conformance/allCases.ts';
import type { KernelCase } from '../src/conformance/cases.ts';
import { FEW_ROWS } from '../src/gpu/kernels/mulMat.ts';
import { expect, type Harness, test } from './fixtures/test.ts';

/** Types whose unpacking is tested in every tuning: one of each layout. The other types use the same shader text. */
const LAYOUTS = ['F32', 'F16', 'Q4_0', 'Q5_1', 'Q8_0', 'Q4_K', 'Q6_K', 'IQ2_S', 'IQ4_XS', 'MXFP4', 'TQ1_0'];

/** Types that products of many rows are tested with: such a kernel takes long to compile here. */
const MANY_ROWS_TYPES = ['Q4_0', 'Q6_K', 'MXFP4'];
const isOfManyRows = ({ kernel, axes }: KernelCase) => kernel === 'mul_mat' && Number(axes.rows) > FEW_ROWS;

function isWorthTrying(kernelCase: KernelCase, tuning: 'software' | 'gpu' | 'subgroups'): boolean {
  const { tunings, axes } = kernelCase;
  if (isOfManyRows(kernelCase))
    return tuning === 'gpu' && MANY_ROWS_TYPES.includes(String(axes.weight ?? 'Q4_0'));
  if (tuning === 'software') return true;
  return tunings.includes(tuning) && (axes.weight === undefined || LAYOUTS.includes(String(axes.weight)));
}

/** Kernels whose sums have one order, whatever computes them. Products of many rows are compared with those of one row. */
const ONE_ORDER = ['mul_mat', 'mul_mat_id', 'router'];
const hasOneOrder = (kernelCase: KernelCase) =>
  ONE_ORDER.includes(kernelCase.kernel) && !isOfManyRows(kernelCase);

async function expectSameBits({ page }: Harness, { id }: KernelCase): Promise<void> {
  const result = await page.evaluate(caseId => window.harness.compareTunings(caseId), id);
  expect(result.passed, result.message).toBe(true);
}

// Tests every kernel against its CPU twin: with few lanes, as on software adapters; and if a tuning changes the kernel, also with
// many lanes, as on GPUs, and with shared loads.
for (const tuning of ['software', 'gpu', 'subgroups'] as const) {
  test.describe(`kernels with the ${tuning} tuning`, () => {
    for (const kernelCase of KERNEL_CASES.filter(kernelCase => isWorthTrying(kernelCase, tuning))) {
      const { id } = kernelCase;
      const isCompared = tuning === 'gpu' && hasOneOrder(kernelCase);
      const sameBits = isCompared ? ', and has the bits of the software tuning' : '';
      test(`${id} agrees with its CPU twin${sameBits}`, async ({ harness }) => {
        if (tuning === 'subgroups') {
          const { features } = await harness.page.evaluate(() => window.harness.adapter());
          test.skip(!features.includes('subgroups'), 'this adapter has no subgroups');
        }
        const result = await harness.page.evaluate(
          ([caseId, name]) => window.harness.runKernel(caseId, name),
          [id, tuning] as const,
        );
        expect(result.passed, result.message).toBe(true);
        // In the same page, which has compiled the kernel.
        if (isCompared) await expectSameBits(harness, kernelCase);
        if (!isOfManyRows(kernelCase)) return;
        const strays = await harness.page.evaluate(
          ([caseId, name]) => window.harness.strayRows(caseId, name),
          [id, tuning] as const,
        );
        expect(strays).toEqual([]);
      });
    }
  });
}

for (const kernelCase of KERNEL_CASES.filter(of => hasOneOrder(of) && !isWorthTrying(of, 'gpu'))) {
  test(`${kernelCase.id} has the same bits in the tunings of software adapters and of GPUs`, async ({
    harness,
  }) => {
    await expectSameBits(harness, kernelCase);
  });
}
