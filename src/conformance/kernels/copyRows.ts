import { type CopyRowsShape, copyRows } from '../../gpu/kernels/copyRows.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { alignUp } from '../../util/math.ts';
import { kernelCases, vary } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { asBits, dense, output, words } from '../contents.ts';
import { placedRows } from '../inputs.ts';
import { placing } from '../placing.ts';

export const copyRowsCheck = kernelCheck({
  kernel: copyRows,
  usual: {},
  setUp({ parameters, spec, rows }) {
    const { n, srcStride, dstStride, offset = 0 } = parameters;
    const { step, outputs, places, nPlaces } = placing(rows, parameters);
    const src = rows.map(row => randomValues(n, 50 + row));
    const dst = output(nPlaces * dstStride);
    return {
      bindings: [dense(step), placedRows(src, outputs, srcStride), dst],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () => src.map((row, i) => [words(dst, places[i] * dstStride + offset, asBits(row))]),
    };
  },
});

const usual = { n: 64, rows: 2, offset: 0, gather: false, ring: 0 };

export const copyRowsCases = kernelCases(copyRowsCheck, () => ({
  usual,
  cases: [
    usual,
    // A feature of a target between others; states of all rows, and of those that an EAGLE-3 draft drafts from.
    ...vary(usual, { n: [172], rows: [5], offset: [172] }, { n: [1], rows: [1] }),
    ...vary(usual, { n: [172], rows: [5], ring: [7], gather: [false, true] }),
  ],
  parameters: ({ n, rows, offset, gather, ring }): CopyRowsShape => ({
    n,
    srcStride: alignUp(n, 32),
    dstStride: alignUp(n + offset, 32),
    offset,
    rows,
    gather,
    ...(ring > 0 && { ring }),
  }),
}));
