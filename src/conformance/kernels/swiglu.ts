import { swiglu } from '../../gpu/kernels/swiglu.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { swiglu as twin } from '../../reference/swiglu.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { type Contents, dense, floats, output } from '../contents.ts';
import { numbers, plainStep } from '../inputs.ts';

export const swigluCheck = kernelCheck({
  kernel: swiglu,
  usual: { scale: 4 },
  setUp({ parameters, spec, rows, inputs: { scale } }) {
    const { n, srcStride, dstStride, activation = 'silu', perRow = 1 } = parameters;
    const seeds = rows.flatMap(row => numbers(perRow).map(i => row * perRow + i));
    const gates = seeds.map(seed => randomValues(n, 50 + seed, scale));
    const ups = seeds.map(seed => randomValues(n, 150 + seed, scale));
    const src: Contents = {
      size: seeds.length * srcStride,
      stretches: seeds.flatMap((_, i) => [
        { at: i * srcStride, words: gates[i] },
        { at: i * srcStride + n, words: ups[i] },
      ]),
    };
    const dst = output(seeds.length * dstStride);
    return {
      bindings: [dense(plainStep(rows.length)), src, dst],
      grid: () => [spec.workgroups[0], seeds.length, 1],
      results: () =>
        rows.map((_, row) =>
          numbers(perRow).map(i => {
            const at = row * perRow + i;
            return floats(dst, at * dstStride, twin(gates[at], ups[at], activation), 1e-12);
          }),
        ),
    };
  },
});

type Axes = {
  n: number;
  rows: number;
  scale: number;
  activation?: 'gelu' | 'oai';
  perRow?: number;
};

const usual: Axes = { n: 1, rows: 1, scale: 1 };

export const swigluCases = kernelCases(swigluCheck, () => ({
  usual,
  cases: [
    { n: 1, rows: 1, scale: 1 },
    { n: 172, rows: 4, scale: 1 },
    { n: 64, rows: 2, scale: 60 },
    // exp overflows from 88 on.
    { n: 256, rows: 1, scale: 300 },
    { n: 172, rows: 3, scale: 3, activation: 'gelu' },
    { n: 64, rows: 2, scale: 300, activation: 'gelu' },
    // Values on both sides of its clamps.
    { n: 65, rows: 2, scale: 10, activation: 'oai', perRow: 3 },
    { n: 64, rows: 2, scale: 300, activation: 'oai' },
  ],
  parameters: ({ n, rows, activation, perRow }) => ({
    ...{ n, rows, srcStride: 2 * n, dstStride: n + 3 },
    ...(activation && { activation }),
    ...(perRow !== undefined && { perRow }),
  }),
  inputs: ({ scale }) => ({ scale }),
  timed: [{ n: 5632, rows: 1 }],
  cost: ({ n }) => ({ bytes: 4 * 3 * n, flops: 5 * n }),
}));
