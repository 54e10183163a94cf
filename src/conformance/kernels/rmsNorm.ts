import { rmsNorm } from '../../gpu/kernels/rmsNorm.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { rmsNorm as twin } from '../../reference/rmsNorm.ts';
import { alignUp } from '../../util/math.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output } from '../contents.ts';
import { padded, placedRows } from '../inputs.ts';
import { placing } from '../placing.ts';

export const rmsNormCheck = kernelCheck({
  kernel: rmsNorm,
  usual: { scale: 1 },
  setUp({ parameters, rows, inputs: { scale } }) {
    const { k, kPadded, eps } = parameters;
    const { step, outputs, places, nPlaces } = placing(rows, parameters);
    const x = rows.map(row => randomValues(k, 50 + row, scale));
    const weight = randomValues(k, 1);
    const dst = output(nPlaces * kPadded);
    return {
      bindings: [dense(step), placedRows(x, outputs, kPadded), dense(padded(weight, kPadded)), dst],
      grid: () => [rows.length, 1, 1],
      results: () =>
        x.map((row, i) => [
          floats(dst, places[i] * kPadded, padded(twin(row, weight, k, eps), kPadded), 1e-12),
        ]),
    };
  },
});

const usual = { k: 64, rows: 1, scale: 1, gather: false, ring: 0 };

export const rmsNormCases = kernelCases(rmsNormCheck, () => ({
  usual,
  cases: [
    usual,
    ...vary(usual, { k: [172], rows: [5] }, { k: [1], rows: [2] }),
    ...vary(usual, { k: [512], rows: [3], scale: [1e4, 1e-6] }, { k: [288], rows: [6], gather: [true] }),
    // Hidden states for an MTP head: of all rows, and of the rows that it drafts from.
    ...vary(usual, { k: [172], rows: [5], ring: [7], gather: [false, true] }),
  ],
  parameters: ({ k, rows, gather, ring }) => ({
    k,
    kPadded: alignUp(k, 32),
    eps: 1e-5,
    rows,
    gather,
    ...(ring > 0 && { ring }),
  }),
  inputs: ({ scale }) => ({ scale }),
  timed: [{ k: 2048, rows: 1 }],
  cost: ({ k }) => ({ bytes: 4 * 3 * k, flops: 4 * k }),
}));
