import { SEQUENCE } from './fixtures/invariance.ts';
import { MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

for (const cacheType of ['f32', 'f16'] as const) {
  test(`a ${cacheType} cache that was copied, or taken out and put back, gives the bits of the original`, async ({
    harness,
  }) => {
    const moves = await harness.page.evaluate(all => window.harness.checkCacheMoves(all), {
      model: MOE_Q4_0,
      cacheType,
      tokens: SEQUENCE,
    });
    expect(moves).toEqual(
      ['a copy', 'a copy whose origin was overwritten', 'a cache taken out and put back'].map(move => ({
        move,
        nLogits: 0,
      })),
    );
  });
}
