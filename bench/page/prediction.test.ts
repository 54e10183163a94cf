import { describe, expect, it } from 'vitest';
import { type GpuAssumptions, type PairCounts, predict, stepSeconds } from './prediction.ts';

const GPU: GpuAssumptions = {
  bytesPerSecond: 1e9,
  dispatchGapSeconds: 0,
  encodeSeconds: 0,
  submitSeconds: 0,
  readbackSeconds: 0,
};
const step = (bytes: number) => ({ bytes, dispatches: 10, submits: 1, readbacks: 1 });
/** Draft model of a tenth of the target, whose every token is accepted. */
const PAIR: PairCounts = {
  target: step(1000),
  verify: step(1000),
  draft: n => step(100 * n),
  meanTokens: [1, 2, 3, 4, 5],
};

describe('the speed-up predicted from counters', () => {
  it('is that of bytes if only bytes cost', () => {
    const { nDraft, speedup } = predict(PAIR, 'two', GPU);
    expect(nDraft).toBe(4);
    expect(speedup).toBeCloseTo(5 / 1.4, 6);
  });

  it('is that of readbacks if only these cost, and one round trip halves them', () => {
    const gpu = { ...GPU, bytesPerSecond: Number.POSITIVE_INFINITY, readbackSeconds: 1 };
    expect(predict(PAIR, 'two', gpu)).toMatchObject({ nDraft: 4, speedup: 5 / 2 });
    expect(predict(PAIR, 'one', gpu)).toMatchObject({ nDraft: 4, speedup: 5 });
  });

  it('is none, without a draft, if every draft is rejected', () => {
    expect(predict({ ...PAIR, meanTokens: [1, 1, 1] }, 'one', GPU)).toMatchObject({ nDraft: 0, speedup: 1 });
  });

  it('takes the slower of the GPU and of JavaScript', () => {
    expect(stepSeconds(step(1000), { ...GPU, encodeSeconds: 1 })).toBe(10);
    expect(stepSeconds(step(1000), { ...GPU, dispatchGapSeconds: 2, encodeSeconds: 1 })).toBeCloseTo(20, 5);
  });
});
