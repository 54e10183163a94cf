import { type SparseGateShape, sparseGate } from '../../gpu/kernels/sparseGate.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { sparseGate as twin } from '../../reference/sparseGate.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output } from '../contents.ts';
import { plainStep } from '../inputs.ts';

export const sparseGateCheck = kernelCheck({
  kernel: sparseGate,
  /** Magnitude of the gates, and their mean. */
  usual: { scale: 4, mean: 0.5 },
  setUp({ parameters, rows, inputs: { scale, mean } }) {
    const { n, stride, deviations } = parameters;
    // Cubes of even values: a few of them lie far from their mean, as in a model.
    const before = rows.map(row => randomValues(n, 50 + row).map(value => scale * value ** 3 + mean));
    const gates = output(
      rows.length * stride,
      before.map((words, row) => ({ at: row * stride, words })),
    );
    return {
      bindings: [dense(plainStep(rows.length)), gates],
      grid: () => [rows.length, 1, 1],
      results: () => before.map((row, i) => [floats(gates, i * stride, twin(row, deviations))]),
    };
  },
});

type Axes = Pick<SparseGateShape, 'n' | 'rows' | 'deviations'> & { scale: number; mean: number };

const usual: Axes = { n: 300, rows: 3, deviations: 1.2, scale: 4, mean: 0.5 };

export const sparseGateCases = kernelCases(sparseGateCheck, () => ({
  usual,
  cases: [
    usual,
    { ...usual, n: 2, rows: 1, deviations: 0.5 },
    { ...usual, n: 70, deviations: -0.5, scale: 1e-3, mean: 0 },
    { ...usual, n: 2048, rows: 2, mean: 5 },
  ],
  parameters: ({ n, rows, deviations }): SparseGateShape => ({ n, rows, stride: 2 * n + 3, deviations }),
  inputs: ({ scale, mean }) => ({ scale, mean }),
}));
