import { describe, expect, it } from 'vitest';
import { contextShift } from './contextShift.ts';

describe('shifting a full slot', () => {
  it.each([
    { nCtx: 256, nKeep: 0, nDiscard: 0, addBos: true, expected: { keep: 1, discard: 127 } },
    { nCtx: 256, nKeep: 0, nDiscard: 0, addBos: false, expected: { keep: 0, discard: 127 } },
    { nCtx: 256, nKeep: 5, nDiscard: 10, addBos: true, expected: { keep: 6, discard: 10 } },
    { nCtx: 256, nKeep: -1, nDiscard: 0, addBos: true, expected: { keep: 9, discard: 123 } },
    { nCtx: 256, nKeep: 1000, nDiscard: 0, addBos: true, expected: { keep: 252, discard: 1 } },
    { nCtx: 256, nKeep: 0, nDiscard: 1000, addBos: true, expected: { keep: 1, discard: 253 } },
    { nCtx: 4, nKeep: 0, nDiscard: 0, addBos: true, expected: { keep: 0, discard: 1 } },
  ])('a slot of $nCtx with n_keep $nKeep and n_discard $nDiscard', ({ nCtx, expected, ...params }) => {
    expect(contextShift(nCtx - 1, nCtx, { ...params, nPrompt: 8 })).toEqual(expected);
  });
});
