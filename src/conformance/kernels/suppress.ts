import { type SuppressShape, suppress } from '../../gpu/kernels/suppress.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { suppress as twin } from '../../reference/suppress.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { asBits, dense, output, words } from '../contents.ts';
import { numbers, plainStep } from '../inputs.ts';

export const suppressCheck = kernelCheck({
  kernel: suppress,
  usual: {},
  setUp({ parameters: { n, nVocab }, spec, rows }) {
    const tokens = numbers(n).map(i => Math.floor((i * nVocab) / n));
    const before = rows.map(row => randomValues(nVocab, 50 + row));
    const logits = output(
      rows.length * nVocab,
      before.map((words, row) => ({ at: row * nVocab, words })),
    );
    return {
      bindings: [dense(plainStep(rows.length)), logits, dense(Float32Array.from(tokens))],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () => before.map((row, i) => [words(logits, i * nVocab, asBits(twin(row, tokens)))]),
    };
  },
});

type Axes = { n: number; nVocab: number; rows: number };

const usual: Axes = { n: 3, nVocab: 100, rows: 2 };

export const suppressCases = kernelCases(suppressCheck, () => ({
  usual,
  // All tokens; more tokens than lanes.
  cases: [usual, { n: 5, nVocab: 5, rows: 1 }, { n: 70, nVocab: 333, rows: 3 }],
  parameters: ({ n, nVocab, rows }): SuppressShape => ({ n, nVocab, outputs: rows }),
}));
