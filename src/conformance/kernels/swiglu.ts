import { swiglu } from '../../gpu/kernels/swiglu.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { swiglu as twin } from '../../reference/swiglu.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { type Contents, dense, floats, output } from '../contents.ts';
import { plainStep } from '../inputs.ts';

export const swigluCheck = kernelCheck({
  kernel: swiglu,
  usual: { scale: 4 },
  setUp({ parameters: { n, srcStride, dstStride }, spec, rows, inputs: { scale } }) {
    const gates = rows.map(row => randomValues(n, 50 + row, scale));
    const ups = rows.map(row => randomValues(n, 80 + row, scale));
    const src: Contents = {
      size: rows.length * srcStride,
      stretches: rows.flatMap((_, i) => [
        { at: i * srcStride, words: gates[i] },
        { at: i * srcStride + n, words: ups[i] },
      ]),
    };
    const dst = output(rows.length * dstStride);
    return {
      bindings: [dense(plainStep(rows.length)), src, dst],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () => gates.map((gate, i) => [floats(dst, i * dstStride, twin(gate, ups[i]), 1e-12)]),
    };
  },
});

export const swigluCases = kernelCases(swigluCheck, () => ({
  usual: { n: 1, rows: 1, scale: 1 },
  cases: [
    { n: 1, rows: 1, scale: 1 },
    { n: 172, rows: 4, scale: 1 },
    { n: 64, rows: 2, scale: 60 },
    // exp overflows from 88 on.
    { n: 256, rows: 1, scale: 300 },
  ],
  parameters: ({ n, rows }) => ({ n, rows, srcStride: 2 * n, dstStride: n }),
  inputs: ({ scale }) => ({ scale }),
  timed: [{ n: 5632, rows: 1 }],
  cost: ({ n }) => ({ bytes: 4 * 3 * n, flops: 5 * n }),
}));
