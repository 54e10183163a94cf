import { type SpreadLogitsShape, spreadLogits } from '../../gpu/kernels/spreadLogits.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { spreadLogits as twin } from '../../reference/spreadLogits.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { asBits, dense, output, rowsOf, words } from '../contents.ts';
import { numbers, plainStep } from '../inputs.ts';

/** The second dispatch leaves the logits of other tokens as the first one has made them. */
export const spreadLogitsCheck = kernelCheck({
  kernel: spreadLogits,
  usual: {},
  setUp({ parameters: { n, nVocab }, spec, rows }) {
    const nothing = new Float32Array(nVocab).fill(Number.NEGATIVE_INFINITY);
    const ids = Float32Array.from(numbers(n ?? 0), i => Math.floor((i * nVocab) / (n ?? 1)));
    const own = rows.map(row => randomValues(n ?? 0, 50 + row));
    const before = n === null ? [] : rows.map((_, i) => ({ at: i * nVocab, words: nothing }));
    const logits = output(rows.length * nVocab, before);
    return {
      bindings: [dense(plainStep(rows.length)), logits, ...(n === null ? [] : [rowsOf(own, n), dense(ids)])],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () =>
        own.map((row, i) => {
          const all = Float32Array.from(twin(Float64Array.from(row), ids, nVocab));
          return [words(logits, i * nVocab, asBits(all))];
        }),
    };
  },
});

export const spreadLogitsCases = kernelCases(spreadLogitsCheck, () => ({
  usual: { n: 5, nVocab: 100, rows: 2 },
  // Minus infinity alone; all tokens; more of them than invocations of a workgroup.
  cases: [
    { n: 5, nVocab: 100, rows: 2 },
    { n: 0, nVocab: 100, rows: 3 },
    { n: 7, nVocab: 7, rows: 1 },
    { n: 130, nVocab: 333, rows: 3 },
  ],
  parameters: ({ n, nVocab, rows }): SpreadLogitsShape => ({ n: n === 0 ? null : n, nVocab, outputs: rows }),
}));
