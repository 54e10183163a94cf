import { describe, expect, it } from 'vitest';
import { type GpuAssumptions, type PairCounts, predict, rowCost, stepSeconds } from './prediction.ts';

const GPU: GpuAssumptions = {
  bytesPerSecond: 1e9,
  rowCosts: [],
  depth: 0,
  cacheBytesPerSecond: 1e9,
  dispatchGapSeconds: 0,
  encodeSeconds: 0,
  submitSeconds: 0,
  readbackSeconds: 0,
};
const step = (bytes: number) => ({ bytes, positionBytes: 10, dispatches: 10, submits: 1, readbacks: 1 });
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
    expect(stepSeconds(step(1000), 1, { ...GPU, encodeSeconds: 1 })).toBe(10);
    expect(stepSeconds(step(1000), 1, { ...GPU, dispatchGapSeconds: 2, encodeSeconds: 1 })).toBeCloseTo(
      20,
      5,
    );
  });

  it('is less where further rows cost time, so that shorter drafts are better', () => {
    const rowCosts = [
      { rows: 2, ratio: 1.1 },
      { rows: 4, ratio: 3 },
    ];
    const { nDraft, speedup } = predict(PAIR, 'two', { ...GPU, rowCosts });
    expect(nDraft).toBe(1);
    expect(speedup).toBeCloseTo(2 / 1.2, 6);
    expect([1, 2, 3, 4, 8].map(rows => rowCost(rowCosts, rows))).toEqual([1, 1.1, 2.05, 3, 6]);
  });

  it('counts the cache that attention reads, once for all rows', () => {
    const gpu = { ...GPU, rowCosts: [{ rows: 8, ratio: 2 }], depth: 300 };
    expect(stepSeconds(step(1000), 1, gpu)).toBeCloseTo(4e-6, 12);
    expect(stepSeconds(step(1000), 8, gpu)).toBeCloseTo(5e-6, 12);
  });
});
