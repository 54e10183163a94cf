import { describe, expect, it } from 'vitest';
import { allocationText, type MemoryNeeds, memoryError } from './memory.ts';

/** Two layers with K and V of 128 values: a position takes 512 bytes of a stream in f32, and 2048 of all. */
const NEEDS: MemoryNeeds = {
  name: 'm.gguf',
  weights: [
    { label: 'blk.0.ffn', bytes: 1000 },
    { label: 'token_embd', bytes: 40_000 },
  ],
  streams: Array.from({ length: 4 }, () => ({ values: 128 })),
  carried: [],
  cacheType: 'f32',
  shape: { nSlots: 1, nCtx: 128, nCtxShared: null },
};
const STREAM = 128 * 512;

describe('a model', () => {
  it('fits if each of its buffers fits, however many there are', () => {
    expect(memoryError(NEEDS, STREAM)).toBeNull();
  });

  const tooLarge: [what: string, needs: Partial<MemoryNeeds>, limit: number, parts: string[]][] = [
    [
      'with the bytes of weights and cache, and the contexts that fit',
      {},
      STREAM - 1,
      [
        'm.gguf does not fit, with 41000 bytes of weights and 294912 of KV cache (1 × 128 positions in f32)',
        `a layer of the cache needs ${STREAM} bytes in one buffer, but this adapter allows ${STREAM - 1}`,
        "choose nCtx 64 with cacheType 'f32', or nCtx 128 with cacheType 'f16'",
      ],
    ],
    [
      'without a type that is no help',
      { cacheType: 'f16', shape: { nSlots: 1, nCtx: 512, nCtxShared: null } },
      STREAM,
      ["so choose nCtx 256 with cacheType 'f16'"],
    ],
    [
      'with whole pages of each slot',
      { cacheType: 'f16', shape: { nSlots: 2, nCtx: 192, nCtxShared: null } },
      (5 * STREAM) / 4,
      ['2 × 192 positions', "nCtx 256 with cacheType 'f16'"],
    ],
    [
      'with a page for each slot but one where they share',
      { cacheType: 'f16', shape: { nSlots: 3, nCtx: 512, nCtxShared: 512 } },
      (5 * STREAM) / 4,
      ['512 shared positions', "nCtx 192 with cacheType 'f16'"],
    ],
    [
      'when no context fits',
      { shape: { nSlots: 64, nCtx: 128, nCtxShared: null } },
      STREAM,
      ['so use fewer slots, or another model'],
    ],
    [
      'by its largest stream, where they differ',
      { streams: [{ values: 128 }, { values: 256 }, { values: 128 }] },
      STREAM,
      [`needs ${2 * STREAM} bytes`, "nCtx 64 with cacheType 'f32', or nCtx 128 with cacheType 'f16'"],
    ],
    [
      'by a buffer of its weights, with how much smaller a file has to be',
      { shape: { nSlots: 1, nCtx: 64, nCtxShared: null } },
      33_000,
      [
        'token_embd needs 40000 bytes in one buffer, but this adapter allows 33000, so use a file with at most 82 %',
      ],
    ],
    ['by both at once', {}, 30_000, ['token_embd needs 40000', `a layer of the cache needs ${STREAM}`]],
  ];
  it.each(tooLarge)('is refused %s', (_, changes, limit, parts) => {
    const error = memoryError({ ...NEEDS, ...changes }, limit);
    expect(error).toMatchObject({ code: 'device_limits', details: { limitBytes: limit } });
    for (const part of parts) expect(error?.message).toContain(part);
  });

  it('is refused with the numbers as details', () => {
    expect(memoryError(NEEDS, 30_000)?.details).toEqual({
      neededBytes: STREAM,
      limitBytes: 30_000,
      weightBytes: 41_000,
      cacheBytes: 4 * STREAM + STREAM / 2,
    });
  });

  it.each([
    ['all positions that fit', {}, STREAM - 1, 64],
    [
      'none where not even a page fits',
      { shape: { nSlots: 64, nCtx: 128, nCtxShared: null } },
      STREAM,
      undefined,
    ],
    ['none where the weights do not fit either', {}, 30_000, undefined],
  ])('is refused with %s as a number', (_, changes, limit, fittingCtx) => {
    expect(memoryError({ ...NEEDS, ...changes }, limit)?.details.fittingCtx).toBe(fittingCtx);
  });

  it.each([
    [
      'f32',
      "cacheType 'f16' needs 147456 bytes less, nCtx 64 needs 131072 less; or use a file with fewer bits",
    ],
    ['f16', 'nCtx 64 needs 65536 less; or use a file with fewer bits'],
  ] as const)('for which there is no memory is told what would need less than %s', (cacheType, remedy) => {
    const text = allocationText({ ...NEEDS, cacheType });
    expect(text.what).toMatch(/^m\.gguf, with 41000 bytes of weights and \d+ of KV cache/);
    expect(text.remedy).toContain(remedy);
  });
});
