import type { MappingShape } from '../src/conformance/attentionMappings.ts';
import { expect, test } from './fixtures/test.ts';

const HEADS: MappingShape = { nHead: 4, nKvHead: 2, headDim: 16, cache: 'f16' };

// The order of attention's sums is the same for every tuning, depth of a slot and width of a batch.
for (const [what, heads] of [
  ['plain heads', HEADS],
  ['windows that begin within a part', { ...HEADS, cache: 'f32', window: 150 }],
  ['sinks, capped scores and wider values', { ...HEADS, valueDim: 32, sinks: true, softcap: 5 }],
  ['latent values', { ...HEADS, nKvHead: 1, headDim: 24, valueDim: 16, latent: true }],
] as const) {
  test(`all mappings of attention give the same bits: ${what}`, async ({ harness }) => {
    const outcomes = await harness.page.evaluate(given => window.harness.compareMappings(given), heads);
    expect(outcomes).toHaveLength(18);
    expect(outcomes.filter(({ nDiffering }) => nDiffering > 0)).toEqual([]);
  });
}
