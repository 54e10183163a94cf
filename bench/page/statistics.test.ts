import { describe, expect, it } from 'vitest';
import { alternate, pairedRatio, summary } from './statistics.ts';

describe('alternating samples', () => {
  it('alternate, without the warm-up round', async () => {
    const order: string[] = [];
    const samples = await alternate(['a', 'b'], 2, async name => order.push(name));
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(samples).toEqual({ a: [3, 5], b: [4, 6] });
  });

  it('have the ratio of their rounds, whatever slowed down a round', () => {
    expect(pairedRatio([2, 20, 200], [1, 10, 100])).toBe(2);
  });

  it('are summarised by median and extremes', () => {
    expect(summary([9, 1, 10])).toEqual({ median: 9, min: 1, max: 10 });
    expect(summary([4, 1, 2, 9]).median).toBe(3);
  });
});
