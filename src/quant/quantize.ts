import { assert } from '../util/assert.ts';
import { floatToBfloat16, floatToHalf } from './f16.ts';
import { encodeQ6K } from './quantizeQ6K.ts';
import { byteLength, GGML_TYPES, type WeightType } from './types.ts';

/**
 * Bytes of `values` as a GGUF file holds them, quantized as ggml's `quantize_row_*_ref` (ggml-quants.c) does, in
 * float32 without fma. The number of values must be a multiple of the type's block length.
 */
export function quantize(type: WeightType, values: Float32Array): Uint8Array<ArrayBuffer> {
  const { blockLength, blockBytes } = GGML_TYPES[type];
  assert(
    values.length % blockLength === 0,
    () => `${values.length} values are not whole ${type} blocks of ${blockLength}`,
  );
  const bytes = new Uint8Array(byteLength(type, values.length));
  const view = new DataView(bytes.buffer);
  const encodeBlock = BLOCK_ENCODERS[type];
  for (let block = 0; block < values.length / blockLength; block++) {
    const from = block * blockLength;
    encodeBlock(values.subarray(from, from + blockLength), view, block * blockBytes);
  }
  return bytes;
}

/** Writes one block of values at byte `at`. */
type BlockEncoder = (values: Float32Array, bytes: DataView, at: number) => void;

const BLOCK_ENCODERS: Record<WeightType, BlockEncoder> = {
  F32: (values, bytes, at) => {
    for (const value of values) bytes.setFloat32(at, value, true);
  },
  F16: (values, bytes, at) => {
    for (const value of values) bytes.setUint16(at, floatToHalf(value), true);
  },
  BF16: (values, bytes, at) => {
    for (const value of values) bytes.setUint16(at, floatToBfloat16(value), true);
  },
  Q4_0: (values, bytes, at) => {
    const { d, q } = quantizeSymmetric(values, 8);
    setHalf(bytes, at, d);
    setNibbles(bytes, at + 2, q);
  },
  Q4_1: (values, bytes, at) => {
    const { d, m, q } = quantizeAffine(values, 15);
    setHalf(bytes, at, d);
    setHalf(bytes, at + 2, m);
    setNibbles(bytes, at + 4, q);
  },
  Q5_0: (values, bytes, at) => {
    const { d, q } = quantizeSymmetric(values, 16);
    setHalf(bytes, at, d);
    setFifthBits(bytes, at + 2, q);
    setNibbles(bytes, at + 6, q);
  },
  Q5_1: (values, bytes, at) => {
    const { d, m, q } = quantizeAffine(values, 31);
    setHalf(bytes, at, d);
    setHalf(bytes, at + 2, m);
    setFifthBits(bytes, at + 4, q);
    setNibbles(bytes, at + 8, q);
  },
  Q8_0: (values, bytes, at) => {
    const d = Math.fround(values.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / 127);
    const inverse = reciprocal(d);
    setHalf(bytes, at, d);
    values.forEach((value, j) => {
      bytes.setInt8(at + 2 + j, roundHalfAwayFromZero(Math.fround(value * inverse)));
    });
  },
  Q6_K: encodeQ6K,
};

/** Quants 0..2·offset-1 around `offset`; the value of largest magnitude, whatever its sign, becomes quant 0. */
function quantizeSymmetric(values: Float32Array, offset: number): { d: number; q: Uint8Array } {
  const extreme = values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  const d = Math.fround(extreme / -offset);
  const inverse = reciprocal(d);
  const q = Uint8Array.from(values, value => {
    const scaled = Math.fround(value * inverse);
    return Math.min(2 * offset - 1, Math.trunc(Math.fround(scaled + offset + 0.5)));
  });
  return { d, q };
}

/** Quants 0..qMax of steps `d` above the smallest value `m`. */
function quantizeAffine(values: Float32Array, qMax: number): { d: number; m: number; q: Uint8Array } {
  const m = values.reduce((min, value) => Math.min(min, value), Number.POSITIVE_INFINITY);
  const max = values.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
  const d = Math.fround(Math.fround(max - m) / qMax);
  const inverse = reciprocal(d);
  const q = Uint8Array.from(values, value => {
    const scaled = Math.fround(Math.fround(value - m) * inverse);
    return Math.min(qMax, Math.trunc(Math.fround(scaled + 0.5)));
  });
  return { d, m, q };
}

/** 1/d in float32, and 0 for a block of equal values. */
function reciprocal(d: number): number {
  return d === 0 ? 0 : Math.fround(1 / d);
}

/** C's `roundf`. */
function roundHalfAwayFromZero(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}

function setHalf(bytes: DataView, at: number, value: number): void {
  bytes.setUint16(at, floatToHalf(value), true);
}

/** Low four bits of 32 quants: byte j holds quant j and, above it, quant j+16. */
function setNibbles(bytes: DataView, at: number, q: Uint8Array): void {
  for (let j = 0; j < 16; j++) bytes.setUint8(at + j, nibble(q, j) | (nibble(q, j + 16) << 4));
}

function nibble(q: Uint8Array, index: number): number {
  return q[index] & 15;
}

/** Fifth bits of 32 quants, quant i's at bit i. */
function setFifthBits(bytes: DataView, at: number, q: Uint8Array): void {
  bytes.setUint32(
    at,
    q.reduce((bits, value, i) => bits | ((value >> 4) << i), 0),
    true,
  );
}
