import { describe, expect, it } from 'vitest';
import { TokenHistory } from './tokenHistory.ts';

describe('TokenHistory', () => {
  it.each([1, 2, 5])('keeps the last %i tokens and returns the one that leaves', capacity => {
    const history = new TokenHistory(capacity);
    for (let token = 0; token < 30; token++) {
      expect(history.push(token)).toBe(token < capacity ? undefined : token - capacity);
      expect(history.size).toBe(Math.min(token + 1, capacity));
      const kept = Array.from({ length: history.size }, (_, i) => history.fromEnd(i));
      expect(kept).toEqual(kept.map((_, i) => token - i));
    }
  });
});
