import { xielu } from '../../gpu/kernels/xielu.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { xielu as twin } from '../../reference/xielu.ts';
import { alignUp } from '../../util/math.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output, rowsOf } from '../contents.ts';
import { padded, plainStep } from '../inputs.ts';

/** Those of a layer of Apertus, roughly. */
const CONSTANTS = { alphaP: 0.8, alphaN: 1.1, beta: 0.5, eps: -1e-6 };

export const xieluCheck = kernelCheck({
  kernel: xielu,
  usual: { scale: 3, constants: CONSTANTS },
  setUp({ parameters: { n, srcStride, dstStride }, spec, rows, inputs: { scale, constants } }) {
    const src = rows.map(row => randomValues(n, 50 + row, scale));
    const { alphaP, alphaN, beta, eps } = constants;
    const dst = output(rows.length * dstStride);
    return {
      bindings: [
        dense(plainStep(rows.length)),
        rowsOf(src, srcStride),
        dense(Float32Array.of(alphaP, alphaN, beta, eps)),
        dst,
      ],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () =>
        src.map((row, i) => [floats(dst, i * dstStride, padded(twin(row, constants), dstStride), 1e-12)]),
    };
  },
});

export const xieluCases = kernelCases(xieluCheck, () => ({
  usual: { n: 1, rows: 1, scale: 3 },
  cases: [
    { n: 1, rows: 1, scale: 3 },
    { n: 172, rows: 4, scale: 3 },
    // Where e^x - 1 has to keep its digits, and where it would lose them; and where exp underflows.
    { n: 256, rows: 1, scale: 0.3 },
    { n: 256, rows: 1, scale: 1e-4 },
    { n: 256, rows: 1, scale: 0.02 },
    { n: 64, rows: 2, scale: 300 },
  ],
  // Without the part that is linear the exponential shows.
  inputs: ({ scale }) => ({
    scale,
    constants: { ...CONSTANTS, beta: scale === 0.3 || scale === 0.02 ? 0 : CONSTANTS.beta },
  }),
  parameters: ({ n, rows }) => ({ n, rows, srcStride: n, dstStride: alignUp(n, 32) }),
  timed: [{ n: 5632, rows: 1 }],
  cost: ({ n }) => ({ bytes: 4 * 2 * n, flops: 8 * n }),
}));
