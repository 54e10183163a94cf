import { describe, expect, it } from 'vitest';
import { hex } from '../util/digest.ts';
import { absorb, finish, initialState } from './sha256.ts';

const bytes = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 131 + (i >> 8)) & 255);
const native = async (data: Uint8Array<ArrayBuffer>) =>
  hex(new Uint8Array(await crypto.subtle.digest('SHA-256', data)));

describe('SHA-256 in pieces', () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 100_000])(
    'of %i bytes is what WebCrypto says, in one piece and in two',
    async n => {
      const data = bytes(n);
      const expected = await native(data);
      expect(finish(initialState(), data, n)).toBe(expected);
      const half = Math.floor(n / 128) * 64;
      const state = absorb(initialState(), data.subarray(0, half));
      expect(finish(state, data.subarray(half), n)).toBe(expected);
    },
  );

  it('leaves a state as it is, so that it can be kept', () => {
    const state = initialState();
    absorb(state, bytes(64));
    expect(state).toEqual(initialState());
  });
});
