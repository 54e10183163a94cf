import { chosenToken } from '../../gpu/kernels/getRows.ts';
import { advance, fillDraft } from '../../gpu/kernels/sampling.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, words } from '../contents.ts';
import { numbers, stepBuffer } from '../inputs.ts';

/** Two rows per slot, of which the second has an output: it advances with the chosen token. */
export const advanceCheck = kernelCheck({
  kernel: advance,
  usual: {},
  isBatched: false,
  setUp({ parameters: { maxOutputs } }) {
    const outputs = numbers(maxOutputs);
    const rows = outputs.flatMap(slot => [0, 1].map(i => ({ token: 9, position: 10 * slot + i, slot })));
    const outputRow = (output: number) => 2 * output + 1;
    const before = stepBuffer(
      rows,
      outputs.map(outputRow),
      outputs.map(slot => [slot]),
    );
    const step = dense(before);
    return {
      bindings: [step, dense(Uint32Array.from(outputs, i => 500 + i))],
      grid: () => [1, 1, 1],
      results: () => {
        const after = Uint32Array.from(before);
        after.set([maxOutputs, maxOutputs, 1]);
        for (const i of outputs) {
          const [, position, table] = before.subarray(4 * (1 + outputRow(i)));
          after.set([500 + i, position + 1, table, i], 4 * (1 + i));
        }
        return [[words(step, 0, after)]];
      },
    };
  },
});

/** Every other row has a drafted token; the target lacks the last of them. */
export const fillDraftCheck = kernelCheck({
  kernel: fillDraft,
  // More than lanes.
  usual: { nRows: 19 },
  isBatched: false,
  setUp({ parameters: { nVocab }, inputs: { nRows } }) {
    const chosen = Uint32Array.from(numbers(nRows), row => Math.max(0, nVocab - nRows) + 1 + row);
    const batch = (tokenOf: (row: number) => number) =>
      stepBuffer(
        numbers(nRows).map(row => ({ token: row % 2 === 0 ? tokenOf(row) : 7, position: row })),
        [0],
        [[0]],
      );
    const at = (row: number) => nRows - 1 - row;
    const step = dense(batch(row => chosenToken(at(row))));
    return {
      bindings: [step, dense(chosen)],
      grid: () => [1, 1, 1],
      results: () => [
        [
          words(
            step,
            0,
            batch(row => Math.min(chosen[at(row)], nVocab - 1)),
          ),
        ],
      ],
    };
  },
});

export const advanceCases = kernelCases(advanceCheck, () => ({
  usual: { outputs: 2 },
  cases: [{ outputs: 2 }],
  parameters: ({ outputs }) => ({ maxOutputs: outputs }),
}));

export const fillDraftCases = kernelCases(fillDraftCheck, () => ({
  usual: { rows: 1, nVocab: 700 },
  // A token that the target lacks, and more rows than lanes.
  cases: [
    { rows: 1, nVocab: 700 },
    { rows: 37, nVocab: 20 },
  ],
  parameters: ({ nVocab }) => ({ nVocab }),
  inputs: ({ rows }) => ({ nRows: rows }),
}));
