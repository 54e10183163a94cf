import { describe, expect, it } from 'vitest';
import { hashOf } from './logitsWatch.ts';

describe('the hash of logits', () => {
  it('distinguishes a single bit, the order, and the length', () => {
    const words = Uint32Array.from({ length: 1024 }, (_, i) => Math.imul(i, 0x9e3779b1));
    const seen = new Set([hashOf(words), hashOf(words.toReversed()), hashOf(words.subarray(1))]);
    for (let bit = 0; bit < 32; bit++) {
      for (const at of [0, 511, 1023]) {
        const other = words.slice();
        other[at] ^= 1 << bit;
        seen.add(hashOf(other));
      }
    }
    expect(seen.size).toBe(3 + 3 * 32);
  });

  it('depends on every bit of a hash of hashes', () => {
    const hashes = Array.from({ length: 53 }, (_, bit) => hashOf([5, 2 ** bit]));
    expect(new Set(hashes).size).toBe(53);
  });
});
