import { describe, expect, it } from 'vitest';
import { GPU_TUNING, SOFTWARE_TUNING } from '../gpu/tuning.ts';
import { fitRunState, planRunState, type RunStateModel } from './runState.ts';

/** Model without layers: 64 values per row, 1000 tokens. */
const MODEL: RunStateModel = { nEmbd: 64, nVocab: 1000, blocks: [], ropes: [] };

function logitRows(maxOutputs: number): number {
  const { words } = planRunState(MODEL, {
    nSlots: 1,
    nCtx: 256,
    maxRows: 64,
    tuning: SOFTWARE_TUNING,
    maxOutputs,
  });
  return (words.get('logits') ?? 0) / MODEL.nVocab;
}

describe('planRunState', () => {
  it('has logits for the possible output rows, not for all rows', () => {
    expect(logitRows(1)).toBe(1);
    expect(logitRows(4)).toBe(4);
    expect(logitRows(64)).toBe(64);
    expect(logitRows(1000)).toBe(64);
  });

  it.each([
    { nVocab: 151_936, tuning: GPU_TUNING, name: 'GPU', words: 3 * 75 * 64 * 2 },
    { nVocab: 2048, tuning: GPU_TUNING, name: 'GPU', words: undefined },
    { nVocab: 151_936, tuning: SOFTWARE_TUNING, name: 'software', words: undefined },
  ])(
    'has $words words for the candidates between two stages with $nVocab tokens and the $name tuning',
    ({ nVocab, tuning, words }) => {
      const options = { nSlots: 1, nCtx: 256, maxRows: 64, splits: 1, maxOutputs: 3, tuning };
      expect(planRunState({ ...MODEL, nVocab }, options).words.get('keptCandidates')).toBe(words);
    },
  );
});

describe('fitRunState', () => {
  const rowsWithin = (maxRows: number, maxOutputs: number, nSlots: number, maxBytes: number) =>
    fitRunState(MODEL, { nSlots, nCtx: 256, maxRows, tuning: SOFTWARE_TUNING, maxOutputs }, maxBytes).maxRows;
  const logitsOf = (rows: number) => 4 * rows * MODEL.nVocab;

  it.each([
    { what: 'all that fit', maxRows: 64, maxOutputs: 64, nSlots: 1, rows: 64, maxBytes: logitsOf(64) },
    { what: 'whole tiles', maxRows: 64, maxOutputs: 64, nSlots: 1, rows: 48, maxBytes: logitsOf(64) - 4 },
    { what: 'no fewer for outputs', maxRows: 64, maxOutputs: 2, nSlots: 1, rows: 64, maxBytes: logitsOf(10) },
    { what: 'one of each slot', maxRows: 64, maxOutputs: 64, nSlots: 33, rows: 48, maxBytes: logitsOf(16) },
    { what: 'a tile', maxRows: 64, maxOutputs: 64, nSlots: 1, rows: 16, maxBytes: logitsOf(1) },
  ])('has $what: $rows of $maxRows rows', ({ maxRows, maxOutputs, nSlots, maxBytes, rows }) => {
    expect(rowsWithin(maxRows, maxOutputs, nSlots, maxBytes)).toBe(rows);
  });
});
