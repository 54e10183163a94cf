import { halfToFloat } from './f16.ts';

/** Field `index` of fields of `width` bits, packed from the low bit of word `from` on. */
export function bitsAt(words: Uint32Array, from: number, width: number, index: number): number {
  const perWord = 32 / width;
  const word = words[from + Math.floor(index / perWord)];
  return (word >>> (width * (index % perWord))) & (2 ** width - 1);
}

/** Value `i` of the 32 nibbles in four words: byte j holds the values j and j+16. */
export function nibbleAt(words: Uint32Array, from: number, i: number): number {
  return bitsAt(words, from, 4, 2 * (i & 15) + (i >> 4));
}

/** Byte `index` of the words from `from` on, as a signed number. */
export function signedByteAt(words: Uint32Array, from: number, index: number): number {
  return (bitsAt(words, from, 8, index) << 24) >> 24;
}

/** Value of half `index` of all words. */
export function halfAt(words: Uint32Array, index: number): number {
  return halfToFloat(bitsAt(words, 0, 16, index));
}

/** The float32 with these bits. */
export function bitsToFloat(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0];
}

/** Bytes two at a time; those at an odd address are copied. */
export function halvesOf(bytes: Uint8Array | Uint32Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}

/** Bytes four at a time; those at another address than a multiple of four are copied. */
export function wordsOf(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

export function bytesOf(words: Uint32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** Halves of each `fromStride`, the first at `fromOffset`, that go elsewhere. */
export interface Move {
  readonly length: number;
  readonly fromOffset: number;
  readonly fromStride: number;
  readonly toOffset: number;
  readonly toStride: number;
}

export function moveHalves(from: Uint16Array, to: Uint16Array, move: Move): void {
  const { length, fromStride, toStride } = move;
  for (let at = move.fromOffset, put = move.toOffset; at < from.length; at += fromStride, put += toStride) {
    for (let i = 0; i < length; i++) to[put + i] = from[at + i];
  }
}
