import { expect, it } from 'vitest';
import { withContextShape } from './contextShape.ts';

const auto = { nSlots: 4, kvUnified: true };

it.each([
  [{}, auto],
  [{ kvUnified: false }, { nSlots: 4, kvUnified: false }],
  [{ nBatch: 2 }, { nSlots: 2, kvUnified: true, nBatch: 2 }],
  [{ nBatch: 32 }, { ...auto, nBatch: 32 }],
  [{ nCtx: 1 }, { ...auto, nCtx: 256 }],
  [{ nCtx: 256 }, { ...auto, nCtx: 256 }],
  [{ nCtx: 257 }, { ...auto, nCtx: 512 }],
  [{ nSlots: 1 }, { nSlots: 1 }],
  [
    { nSlots: 2, nCtx: 512 },
    { nSlots: 2, nCtx: 512 },
  ],
  [
    { nSlots: 2, nCtx: 600 },
    { nSlots: 2, nCtx: 1024 },
  ],
  [
    { nSlots: 4, nCtx: 256 },
    { nSlots: 4, nCtx: 1024 },
  ],
  [
    { nSlots: 4, nCtx: 256, kvUnified: true },
    { ...auto, nCtx: 256 },
  ],
  // Out of range: left to the checks of the options.
  [
    { nSlots: 0, nCtx: 256 },
    { nSlots: 0, nCtx: 256 },
  ],
  [
    { nSlots: 2, nCtx: -5 },
    { nSlots: 2, nCtx: -5 },
  ],
])('%j becomes %j', (given, expected) => {
  expect(withContextShape(given)).toEqual(expected);
});
