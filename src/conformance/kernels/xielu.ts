import { xielu } from '../../gpu/kernels/xielu.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { xielu as twin } from '../../reference/xielu.ts';
import { alignUp } from '../../util/math.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output, rowsOf } from '../contents.ts';
import { padded, plainStep } from '../inputs.ts';

/** Approximate constants of a layer of Apertus. */
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

type Axes = { n: number; rows: number; scale: number; beta: number; eps: number };

const usual: Axes = { n: 1, rows: 1, scale: 3, beta: CONSTANTS.beta, eps: CONSTANTS.eps };

export const xieluCases = kernelCases(xieluCheck, () => ({
  usual,
  cases: [
    usual,
    { ...usual, n: 172, rows: 4, eps: -0.2 },
    // e^x - 1 must keep its digits here. Without the linear part the exponential shows.
    ...vary(usual, { n: [256], scale: [0.3, 0.02], beta: [0] }),
    { ...usual, n: 256, scale: 1e-4 },
    // exp underflows here.
    { ...usual, n: 64, rows: 2, scale: 300 },
  ],
  inputs: ({ scale, beta, eps }) => ({ scale, constants: { ...CONSTANTS, beta, eps } }),
  parameters: ({ n, rows }) => ({ n, rows, srcStride: n, dstStride: alignUp(n, 32) }),
  timed: [{ n: 5632, rows: 1 }],
  cost: ({ n }) => ({ bytes: 4 * 2 * n, flops: 8 * n }),
}));
