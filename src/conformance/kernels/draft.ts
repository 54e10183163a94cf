import { chosenToken } from '../../gpu/kernels/getRows.ts';
import { accept, advance, fillDraft } from '../../gpu/kernels/sampling.ts';
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
      outputs.map(slot => ({ base: 10 * slot, commit: 10 * slot + 2, firstState: slot })),
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
          after[table - 3] = before[table - 2];
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

/** Sizes of the last round and the next. */
interface Rounds {
  readonly nLastDraft: number;
  readonly nDraft: number;
}

/**
 * Every slot but the first goes on from a last round of all slots, in reverse order. Slot s accepts s tokens, or as many as there
 * are; the token behind a rejected one agrees again, and must not count. An MTP head gets all verified tokens.
 */
export const acceptCheck = kernelCheck({
  kernel: accept,
  usual: { nLastDraft: 2, nDraft: 1 },
  isBatched: false,
  setUp({ parameters: { maxSlots, nVocab, isHead }, inputs: { nLastDraft, nDraft } }) {
    const nSlots = Math.max(1, maxSlots - 1);
    const slots = numbers(nSlots);
    const placeOf = (slot: number) => maxSlots - 1 - slot;
    const nAccepted = (from: number) => Math.min(from, nLastDraft);
    const verifiedOf = (from: number, i: number) => 100 * from + i;
    const drafted = new Uint32Array(nLastDraft * maxSlots);
    for (const from of numbers(maxSlots)) {
      for (const i of numbers(nLastDraft))
        drafted[i * maxSlots + from] = i === nAccepted(from) ? 7 : verifiedOf(from, i);
    }
    const verified = Uint32Array.from(numbers(maxSlots * (nLastDraft + 1)), i =>
      verifiedOf(Math.floor(i / (nLastDraft + 1)), i % (nLastDraft + 1)),
    );
    const positionOf = (slot: number) => 50 * (slot + 1);
    const rejectedOf = (slot: number) => nLastDraft - nAccepted(placeOf(slot));
    const nextOf = (slot: number) => verifiedOf(placeOf(slot), nAccepted(placeOf(slot)));
    const beforeOf = (slot: number) =>
      nAccepted(placeOf(slot)) === 0 ? 9 : verifiedOf(placeOf(slot), nAccepted(placeOf(slot)) - 1);
    const batch = (
      nRows: number,
      rowOf: (slot: number, row: number) => { token: number; back: number },
      outputs = numbers(nSlots * nRows),
    ) =>
      stepBuffer(
        slots.flatMap(slot =>
          numbers(nRows).map(row => {
            const { token, back } = rowOf(slot, row);
            return { token, position: positionOf(slot) + row - back, slot };
          }),
        ),
        outputs,
        slots.map(slot => [slot]),
      );
    /** Batch of an MTP head whose last rows, or those of the next tokens, are the outputs. */
    const again = (isAccepted: boolean) =>
      batch(
        nLastDraft + 1,
        (slot, row) => ({
          token: isAccepted ? Math.min(verifiedOf(placeOf(slot), row), nVocab - 1) : 0,
          back: nLastDraft,
        }),
        slots.map(slot => slot * (nLastDraft + 1) + (isAccepted ? nAccepted(placeOf(slot)) : nLastDraft)),
      );
    const draftStep = dense(
      isHead ? again(false) : batch(2, (_, row) => ({ token: row === 0 ? 9 : 0, back: 0 })),
    );
    const step = dense(batch(nDraft + 1, (_, row) => ({ token: row, back: 0 })));
    return {
      bindings: [
        dense(Uint32Array.of(nLastDraft, maxSlots, nSlots, nDraft + 1, ...slots.map(placeOf))),
        draftStep,
        step,
        dense(drafted),
        dense(verified),
      ],
      grid: () => [1, 1, 1],
      results: () => {
        const behind = () =>
          batch(2, (slot, row) => ({
            token: row === 0 ? beforeOf(slot) : Math.min(nextOf(slot), nVocab - 1),
            back: rejectedOf(slot),
          }));
        const drafting = isHead ? again(true) : behind();
        const verifying = batch(nDraft + 1, (slot, row) => ({
          token: row === 0 ? nextOf(slot) : row,
          back: rejectedOf(slot),
        }));
        return [[words(draftStep, 0, drafting), words(step, 0, verifying)]];
      },
    };
  },
});

export const acceptCases = kernelCases(acceptCheck, () => ({
  usual: { slots: 2, nVocab: 700, nLastDraft: 2, nDraft: 1, isHead: false },
  // One slot, and a draft model that lacks the next token.
  cases: [
    { slots: 4, nVocab: 700, nLastDraft: 3, nDraft: 5, isHead: false },
    { slots: 1, nVocab: 700, nLastDraft: 1, nDraft: 1, isHead: false },
    { slots: 3, nVocab: 101, nLastDraft: 4, nDraft: 2, isHead: false },
    { slots: 3, nVocab: 700, nLastDraft: 3, nDraft: 2, isHead: true },
  ],
  parameters: ({ slots, nVocab, isHead }) => ({ maxSlots: slots, nVocab, isHead }),
  inputs: ({ nLastDraft, nDraft }): Rounds => ({ nLastDraft, nDraft }),
  faults: idOf => [
    {
      id: 'accepts-behind-a-rejected-token',
      fault: 'a draft token that agrees is accepted behind one that does not',
      change: { file: 'accept.wgsl', from: 'u32(agrees && accepted == i)', to: 'u32(agrees)' },
      tuning: 'any',
      caught: { id: idOf({ slots: 4 }) },
      spared: idOf({ slots: 1 }),
    },
  ],
}));

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
