import type { BatchRow } from '../forward/forward.ts';
import { chosenToken } from '../gpu/kernels/getRows.ts';
import { assert } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';

/** Slot of a batch, as the kernels see it. */
export interface BatchSlot {
  readonly slot: number;
  /** Position up to which its memory holds its sequence, and the one up to which the step stores it; 0 without recurrent layers. */
  readonly base: number;
  readonly commit: number;
  /** First position whose hidden state an MTP head finds; 0 in other models. */
  readonly firstState: number;
  /** Page of the cache for every 64 positions. */
  readonly pages: readonly number[];
}

/** Limits of what a batch may hold. */
interface BatchLimits {
  readonly nVocab: number;
  readonly nCtx: number;
  readonly nSlots: number;
  readonly maxRows: number;
  readonly maxOutputs: number;
}

/**
 * Describes a batch to the kernels, see shaders/lib/step.wgsl: writes the beginning of `words`, and returns how many that are and how
 * many rows have outputs. `slots` are those of the rows.
 */
export function describeBatch(
  words: Uint32Array,
  rows: readonly BatchRow[],
  slots: readonly BatchSlot[],
  limits: BatchLimits,
): { readonly nWords: number; readonly nOutputs: number } {
  const { nVocab, nCtx, nSlots, maxRows, maxOutputs } = limits;
  assert(rows.length > 0 && rows.length <= maxRows, () => `a batch of ${rows.length} rows`);
  const tables = new Map<number, number>();
  let nWords = 4 * (1 + rows.length);
  for (const { slot, base, commit, firstState, pages } of slots) {
    words.set([slot, base, commit, firstState, ...pages], nWords);
    tables.set(slot, nWords + 4);
    nWords += 4 + alignUp(pages.length, 4);
  }
  let nOutputs = 0;
  let runStart = 0;
  rows.forEach(({ token, position, slot }, row) => {
    assert(isTokenOf(token, nVocab), () => `token ${token} of ${nVocab}`);
    assert(position >= 0 && position < nCtx, () => `position ${position} of ${nCtx}`);
    assert(slot >= 0 && slot < nSlots, () => `slot ${slot} of ${nSlots}`);
    if (row > 0 && rows[row - 1].slot !== slot) runStart = row;
    words.set([token, position, tables.get(slot) ?? 0, (row - runStart) << 16], 4 * (1 + row));
  });
  rows.forEach(({ output }, row) => {
    if (output) words[4 * (1 + nOutputs++) + 3] |= row;
  });
  assert(nOutputs <= maxOutputs, () => `${nOutputs} output rows, at most ${maxOutputs}`);
  words.set([rows.length, nOutputs, 0, 0]);
  return { nWords, nOutputs };
}

/** Whether a batch may hold `token`: a token of the vocabulary, or a reference to a drafted one. */
function isTokenOf(token: number, nVocab: number): boolean {
  return (token >= 0 && token < nVocab) || token >= chosenToken(0);
}
