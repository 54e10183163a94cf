import { describe, expect, it } from 'vitest';
import { checksum, isSameChunk } from './checksum.ts';
import { absorb, finish, initialState } from './sha256.ts';

const LENGTHS = [0, 1, 15, 16, 17, 64, 1000];
const some = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + 7) & 255);

describe('checksum', () => {
  it.each(LENGTHS)('of %i bytes changes with each of their bits', length => {
    const bytes = some(length);
    const before = checksum(bytes);
    expect(before).toMatch(/^[0-9a-f]{32}$/);
    for (let bit = 0; bit < 8 * length; bit++) {
      bytes[bit >> 3] ^= 1 << (bit & 7);
      expect(checksum(bytes)).not.toBe(before);
      bytes[bit >> 3] ^= 1 << (bit & 7);
    }
    expect(checksum(bytes)).toBe(before);
  });

  it('tells zeros at the end from none, and swapped words apart', () => {
    const sums = [0, 1, 15, 16, 17, 32].map(length => checksum(new Uint8Array(length)));
    expect(new Set(sums).size).toBe(sums.length);
    const words = new Uint8Array(new Uint32Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer);
    const swapped = new Uint8Array(new Uint32Array([5, 2, 3, 4, 1, 6, 7, 8]).buffer);
    expect(checksum(words)).not.toBe(checksum(swapped));
  });

  it('does not depend on where the bytes lie in their buffer', () => {
    const bytes = some(64);
    const shifted = new Uint8Array(67);
    shifted.set(bytes, 3);
    expect(checksum(shifted.subarray(3))).toBe(checksum(bytes));
  });
});

describe('a chunk that is fetched again', () => {
  const chunks = [some(128), some(64).reverse(), some(30)];
  const [first, second, last] = chunks;
  const states = [absorb(initialState(), first)];
  states.push(absorb(states[0], second));
  const file = {
    sizeBytes: 222,
    sha256: finish(states[1], last, 222),
    checksums: chunks.map(checksum),
    states,
  };

  it('is the same with the bytes that it had, wherever it lies', () => {
    expect(chunks.map((bytes, i) => isSameChunk(file, i, bytes))).toEqual([true, true, true]);
  });

  it('is another one where only its checksum is right', () => {
    const others = chunks.map(bytes => bytes.map(byte => byte ^ 1));
    const forged = { ...file, checksums: others.map(checksum) };
    expect(others.map((bytes, i) => isSameChunk(forged, i, bytes))).toEqual([false, false, false]);
  });

  it('is judged by its checksum alone where nothing has been hashed', () => {
    const fresh = { ...file, sha256: null, states: [] };
    expect(isSameChunk(fresh, 1, second)).toBe(true);
    expect(isSameChunk(fresh, 1, first)).toBe(false);
  });
});
