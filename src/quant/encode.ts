import { floatToHalf } from './f16.ts';

/** Quantizes to 0..2·offset-1 around `offset`. The value of largest magnitude, whatever its sign, becomes quant 0. */
export function quantizeSymmetric(values: Float32Array, offset: number): { d: number; q: Uint8Array } {
  const extreme = values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  const d = Math.fround(extreme / -offset);
  const inverse = reciprocal(d);
  const q = Uint8Array.from(values, value => {
    const scaled = Math.fround(value * inverse);
    return Math.min(2 * offset - 1, Math.trunc(Math.fround(scaled + offset + 0.5)));
  });
  return { d, q };
}

/** Quantizes to 0..qMax in steps of `d` above the smallest value `m`. */
export function quantizeAffine(values: Float32Array, qMax: number): { d: number; m: number; q: Uint8Array } {
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
export function reciprocal(d: number): number {
  return d === 0 ? 0 : Math.fround(1 / d);
}

/** C's `roundf`. */
export function roundHalfAwayFromZero(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}

export function setHalf(bytes: DataView, at: number, value: number): void {
  bytes.setUint16(at, floatToHalf(value), true);
}

/** Stores the low four bits of 32 quants: byte j holds quant j in the low half and quant j+16 in the high half. */
export function setNibbles(bytes: DataView, at: number, q: Uint8Array): void {
  for (let j = 0; j < 16; j++) bytes.setUint8(at + j, nibble(q, j) | (nibble(q, j + 16) << 4));
}

function nibble(q: Uint8Array, index: number): number {
  return q[index] & 15;
}

/** Stores the fifth bits of 32 quants, quant i's at bit i. */
export function setFifthBits(bytes: DataView, at: number, q: Uint8Array): void {
  bytes.setUint32(
    at,
    q.reduce((bits, value, i) => bits | ((value >> 4) << i), 0),
    true,
  );
}
