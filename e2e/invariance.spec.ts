import { expect, test } from './fixtures/test.ts';

// Design D1 on the whole model: the bits of a row's logits depend on its own sequence alone.
const TOKENS = [
  1, 267, 302, 526, 273, 579, 942, 289, 624, 353, 858, 264, 368, 639, 598, 517, 535, 264, 305, 935,
];
const SEQUENCE = Array.from({ length: 70 }, (_, i) => TOKENS[(i * 7) % TOKENS.length]);
const OTHERS = [1, 947, 362, 277, 261];

const CASES = [
  { model: 'foretoken-stories-moe-f16.gguf', tuning: 'software', cacheType: 'f32' },
  { model: 'foretoken-stories-moe-q4_0.gguf', tuning: 'software', cacheType: 'f16' },
  { model: 'foretoken-stories-moe-q4_0.gguf', tuning: 'gpu', cacheType: 'f16' },
  { model: 'foretoken-stories-draft-q4_0.gguf', tuning: 'software', cacheType: 'f16' },
  { model: 'foretoken-stories-draft-q4_0.gguf', tuning: 'gpu', cacheType: 'f32' },
] as const;

for (const { model, tuning, cacheType } of CASES) {
  test(`${model}: logits are bit-equal alone, as any row of a batch of 2..64 and beside a busy slot (${tuning} tuning, ${cacheType} cache)`, async ({
    harness,
  }) => {
    const options = { model: `models/${model}`, tuning, cacheType, tokens: SEQUENCE, others: OTHERS };
    const report = await harness.page.evaluate(given => window.harness.checkInvariance(given), options);
    expect(report.nCompared).toBeGreaterThan(1000);
    expect(report.deviations).toEqual([]);
  });
}
