import { halfToFloat } from './f16.ts';

/** Reads field number `index` of fields of `width` bits, packed from the low bit of word `from` on. */
export function bitsAt(words: Uint32Array, from: number, width: number, index: number): number {
  const perWord = 32 / width;
  const word = words[from + Math.floor(index / perWord)];
  return (word >>> (width * (index % perWord))) & (2 ** width - 1);
}

/** Reads value `i` of the 32 nibbles in four words; byte j holds the values j and j+16. */
export function nibbleAt(words: Uint32Array, from: number, i: number): number {
  return bitsAt(words, from, 4, 2 * (i & 15) + (i >> 4));
}

/** Reads byte `index` of the words from `from` on, as a signed number. */
export function signedByteAt(words: Uint32Array, from: number, index: number): number {
  return (bitsAt(words, from, 8, index) << 24) >> 24;
}

/** Reads half number `index` of the words. */
export function halfAt(words: Uint32Array, index: number): number {
  return halfToFloat(bitsAt(words, 0, 16, index));
}

/** Reinterprets bits as a float32. */
export function bitsToFloat(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0];
}

/** Words as their halves. */
export function halvesOf({
  buffer,
  byteOffset,
  byteLength,
}: Uint32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

/** Words as their bytes. */
export function bytesOf({
  buffer,
  byteOffset,
  byteLength,
}: Uint32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
