import { describe, expect, it } from 'vitest';
import type { BatchRow } from '../forward/forward.ts';
import { chosenToken } from '../gpu/kernels/getRows.ts';
import { describeBatch } from './batchWords.ts';

const LIMITS = { nVocab: 100, nCtx: 256, nSlots: 3, maxRows: 8, maxOutputs: 2 };

const row = (slot: number, position: number, token: number, output = false): BatchRow => ({
  slot,
  position,
  token,
  output,
});

/** Words of a batch with rows of slots 2 and 0, whose pages these are. */
function describedBatch(rows: readonly BatchRow[]): number[] {
  const words = new Uint32Array(64);
  const slots = [
    { slot: 2, base: 5, commit: 6, firstState: 4, pages: [9, 8] },
    { slot: 0, base: 0, commit: 0, firstState: 0, pages: [7] },
  ];
  const { nWords } = describeBatch(words, rows, slots, LIMITS);
  return [...words.subarray(0, nWords)];
}

describe('the description of a batch', () => {
  it('has the rows, with their slots behind them, and the rows that the outputs belong to', () => {
    expect(describedBatch([row(2, 6, 11), row(2, 7, 12, true), row(0, 0, 13, true)])).toEqual([
      ...[3, 2, 0, 0],
      // Token, position, word of the page table, and rows of the run before this one with the row of an output.
      ...[11, 6, 20, 1],
      ...[12, 7, 20, (1 << 16) | 2],
      ...[13, 0, 28, 0],
      ...[2, 5, 6, 4, 9, 8, 0, 0],
      ...[0, 0, 0, 0, 7, 0, 0, 0],
    ]);
  });

  it('may refer to tokens that an earlier step chose', () => {
    expect(describedBatch([row(2, 6, chosenToken(3))])[4]).toBe(chosenToken(3));
  });

  it.each<[string, BatchRow[], RegExp]>([
    ['no row', [], /a batch of 0 rows/],
    ['too many rows', Array.from({ length: 9 }, (_, i) => row(2, i, 1)), /a batch of 9 rows/],
    ['an unknown token', [row(2, 0, 100)], /token 100 of 100/],
    ['a position behind the context', [row(2, 256, 1)], /position 256 of 256/],
    ['a slot that is not there', [row(3, 0, 1)], /slot 3 of 3/],
    ['too many outputs', [0, 1, 2].map(i => row(2, i, 1, true)), /3 output rows, at most 2/],
  ])('is refused with %s', (_, rows, message) => {
    expect(() => describedBatch(rows)).toThrow(message);
  });
});
