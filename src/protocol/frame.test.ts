import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from './frame.ts';

describe('frames', () => {
  it.each([
    { message: { kind: 'end', id: 1 }, bytes: [] },
    { message: { kind: 'chunk', id: 2 ** 40 }, bytes: [0, 255, 123, 125] },
    { message: { text: 'é\u0000日本\n"' }, bytes: [1] },
  ])('carry $message and $bytes', ({ message, bytes }) => {
    const decoded = decodeFrame(encodeFrame(message, Uint8Array.from(bytes)));
    expect(decoded.message).toEqual(message);
    expect([...decoded.bytes]).toEqual(bytes);
  });

  it('are read from the middle of a buffer', () => {
    const frame = encodeFrame({ id: 3 }, Uint8Array.of(7));
    const buffer = new Uint8Array(frame.length + 9).fill(99);
    buffer.set(frame, 5);
    const { message, bytes } = decodeFrame(buffer.subarray(5, 5 + frame.length));
    expect(message).toEqual({ id: 3 });
    expect([...bytes]).toEqual([7]);
  });

  it.each([
    { frame: [], what: 'nothing' },
    { frame: [1, 0, 0], what: 'half a length' },
    { frame: [3, 0, 0, 0, 123, 125], what: 'a length beyond the end' },
    { frame: [1, 0, 0, 0, 123], what: 'broken JSON' },
  ])('refuse $what', ({ frame }) => {
    expect(() => decodeFrame(Uint8Array.from(frame))).toThrow(SyntaxError);
  });
});
