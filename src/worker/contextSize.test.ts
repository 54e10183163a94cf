import { describe, expect, it } from 'vitest';
import { withDefaults } from '../protocol/options.ts';
import { contextSize } from './contextSize.ts';

describe('contextSize', () => {
  it.each([
    [{}, 512, [512, 512, null]],
    [{}, 131072, [4096, 4096, null]],
    [{ nSlots: 4 }, 512, [2048, 512, null]],
    [{ nCtx: 64 }, 512, [64, 64, null]],
    [{ nCtx: 1024, nSlots: 3 }, 512, [1024, 341, null]],
    [{ nCtx: 1024 }, 512, [1024, 512, null]],
    [{ nSlots: 4, kvUnified: true }, 512, [512, 512, 512]],
    [{ nCtx: 256, nSlots: 4, kvUnified: true }, 512, [256, 256, 256]],
    [{ nCtx: 256, nSlots: 4, kvUnified: true, kvUnifiedPerSlot: 100 }, 512, [256, 100, 256]],
    [{ nCtx: 256, nSlots: 2, kvUnified: true, kvUnifiedPerSlot: 100 }, 512, [256, 100, 200]],
    [{ nCtx: 256, nSlots: 2, kvUnifiedPerSlot: 100 }, 512, [256, 128, null]],
    [{ nCtx: 4096, nSlots: 2, kvUnified: true }, 512, [4096, 512, 1024]],
  ])('of %j and a model trained with %i is %j', (options, nCtxTrain, expected) => {
    const { nCtx, nCtxSlot, nCtxShared } = contextSize(withDefaults(options), nCtxTrain);
    expect([nCtx, nCtxSlot, nCtxShared]).toEqual(expected);
  });

  it('refuses a context too small for a context shift', () => {
    const options = withDefaults({ nCtx: 7, nSlots: 2, ctxShift: true });
    expect(() => contextSize(options, 512)).toThrow(
      'ctxShift needs 4 positions per slot, but nCtx (7) gives 3; raise nCtx to 8',
    );
    expect(contextSize({ ...options, nCtx: 8 }, 512).nCtxSlot).toBe(4);
  });

  it('refuses fewer positions than slots', () => {
    expect(() => contextSize(withDefaults({ nCtx: 2, nSlots: 4 }), 512)).toThrow(
      'nCtx (2) must be at least nSlots (4)',
    );
  });
});
