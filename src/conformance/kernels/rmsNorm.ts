import { rmsNorm } from '../../gpu/kernels/rmsNorm.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { rmsNorm as twin } from '../../reference/rmsNorm.ts';
import { alignUp } from '../../util/math.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output } from '../contents.ts';
import { gathered, gatheredStep, numbers, padded, placedRows } from '../inputs.ts';

export const rmsNormCheck = kernelCheck({
  kernel: rmsNorm,
  usual: { scale: 1 },
  setUp({ parameters: { k, kPadded, eps, gather = false }, rows, inputs: { scale } }) {
    const outputs = gather ? gathered(rows.length) : numbers(rows.length);
    const x = rows.map(row => randomValues(k, 50 + row, scale));
    const weight = randomValues(k, 1);
    const dst = output(rows.length * kPadded);
    return {
      bindings: [
        dense(gatheredStep(outputs)),
        placedRows(x, outputs, kPadded),
        dense(padded(weight, kPadded)),
        dst,
      ],
      grid: () => [rows.length, 1, 1],
      results: () =>
        x.map((row, i) => [floats(dst, i * kPadded, padded(twin(row, weight, k, eps), kPadded), 1e-12)]),
    };
  },
});

const usual = { k: 64, rows: 1, scale: 1, gather: false };

export const rmsNormCases = kernelCases(rmsNormCheck, () => ({
  usual,
  cases: [
    usual,
    ...vary(usual, { k: [172], rows: [5] }, { k: [1], rows: [2] }),
    ...vary(usual, { k: [512], rows: [3], scale: [1e4, 1e-6] }, { k: [288], rows: [6], gather: [true] }),
  ],
  parameters: ({ k, rows, gather }) => ({ k, kPadded: alignUp(k, 32), eps: 1e-5, rows, gather }),
  inputs: ({ scale }) => ({ scale }),
  timed: [{ k: 2048, rows: 1 }],
  cost: ({ k }) => ({ bytes: 4 * 3 * k, flops: 4 * k }),
}));
