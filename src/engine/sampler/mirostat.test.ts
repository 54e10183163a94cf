import { describe, expect, it } from 'vitest';
import { CandidateList } from './candidateList.ts';
import { createMirostat, createMirostatV2 } from './mirostat.ts';
import type { Selector } from './stage.ts';

const params = { seed: 7, mirostatTau: 5, mirostatEta: 0.1 };

function listOf(...p: number[]): CandidateList {
  const list = new CandidateList();
  list.load({ ids: Int32Array.from(p, (_, i) => i), logits: Float32Array.from(p, Math.log) });
  return list;
}

function draw(selector: Selector, n: number, p: readonly number[]): number[] {
  return Array.from({ length: n }, () => selector.select(listOf(...p)));
}

describe('mirostat', () => {
  it('draws as std::discrete_distribution does', () => {
    // Printed by libstdc++ with seed 7 and these weights; tau is high enough to cut nothing.
    const expected = [0, 0, 3, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 1, 1, 1, 0, 3, 0, 2];
    const selector = createMirostatV2({ ...params, mirostatTau: 50 });
    expect(draw(selector, 20, [0.5, 0.25, 0.15, 0.1])).toEqual(expected);
  });

  it('version 2 cuts candidates whose surprise exceeds mu', () => {
    const list = listOf(0.5, 0.4, 0.1);
    createMirostatV2({ ...params, mirostatTau: 1 }).select(list);
    expect([...list.ids.subarray(0, list.size)]).toEqual([0, 1]);
  });

  it('version 2 always keeps one candidate', () => {
    const list = listOf(0.3, 0.7);
    createMirostatV2({ ...params, mirostatTau: 0.1 }).select(list);
    expect([...list.ids.subarray(0, list.size)]).toEqual([1]);
  });

  it('moves mu by eta times the error in surprise', () => {
    const uniform = new Array<number>(8).fill(1 / 8);
    const selector = createMirostatV2({ seed: 7, mirostatTau: 2, mirostatEta: 1.5 });
    const first = listOf(...uniform);
    selector.select(first);
    // A surprise of 3 against a target of 2 takes mu from 4 to 2.5, below any of these candidates.
    const second = listOf(...uniform);
    selector.select(second);
    expect([first.size, second.size]).toEqual([8, 1]);
  });

  it('draws nothing when a single candidate is left, like libstdc++', () => {
    const weights = [0.5, 0.25, 0.15, 0.1];
    const selector = createMirostatV2({ ...params, mirostatTau: 50, mirostatEta: 0 });
    draw(selector, 3, [1]);
    expect(draw(selector, 6, weights)).toEqual([0, 0, 3, 0, 0, 0]);
  });

  it.each([
    ['1', (tau: number) => createMirostat({ ...params, mirostatTau: tau }, 1000)],
    ['2', (tau: number) => createMirostatV2({ ...params, mirostatTau: tau })],
  ])('version %s steers the mean surprise towards tau', (_, create) => {
    const zipf = Array.from({ length: 1000 }, (_, i) => (i + 1) ** -1.3);
    const total = zipf.reduce((sum, p) => sum + p, 0);
    const meanSurprise = (tau: number): number => {
      const tokens = draw(create(tau), 400, zipf).slice(100);
      return tokens.reduce((sum, token) => sum - Math.log2(zipf[token] / total), 0) / tokens.length;
    };
    expect(meanSurprise(3)).toBeLessThan(meanSurprise(6));
  });
});
