import { floatToHalf, halfToFloat } from './f16.ts';

/** Groups whose largest magnitude is below this are stored as zeros. */
const GROUP_MAX_EPS = 1e-15;
const GROUP_LENGTH = 16;
const N_GROUPS = 16;
/** Quants run from -32 to 31 and are stored with 32 added. */
const Q_MAX = 32;

const f32 = Math.fround;

/**
 * Writes 256 values as one Q6_K superblock of 210 bytes at byte `at`, like ggml's `quantize_row_q6_K_ref`: fits a scale to each
 * group of 16 values, quantizes the scales to 8 bits, then quantizes the values again with those.
 */
export function encodeQ6K(values: Float32Array, bytes: DataView, at: number): void {
  const groups = Array.from({ length: N_GROUPS }, (_, g) =>
    fitGroup(values.subarray(g * GROUP_LENGTH, (g + 1) * GROUP_LENGTH)),
  );
  const largest = groups.reduce((best, { scale }) => (Math.abs(scale) > Math.abs(best) ? scale : best), 0);
  if (Math.abs(largest) < GROUP_MAX_EPS) {
    for (let i = 0; i < 210; i++) bytes.setUint8(at + i, 0);
    return;
  }

  const inverse = f32(-128 / largest);
  const dBits = floatToHalf(f32(1 / inverse));
  const d = halfToFloat(dBits);
  const q = new Uint8Array(256);
  bytes.setUint16(at + 208, dBits, true);
  groups.forEach((group, g) => {
    const scale = Math.min(127, nearestInt(f32(inverse * group.scale)));
    bytes.setInt8(at + 192 + g, scale);
    const step = f32(d * scale);
    for (let i = 0; i < GROUP_LENGTH; i++) {
      const index = g * GROUP_LENGTH + i;
      const fitted = group.quants[i];
      const value = values[index];
      q[index] = step === 0 ? fitted : Q_MAX + clampQuant(nearestInt(f32(value / step)));
    }
  });
  packQuants(q, bytes, at);
}

/** Packs quants. `ql`: nibbles of the values i and i+64 of each half; `qh`: bit pairs of the values i, i+32, i+64, i+96. */
function packQuants(q: Uint8Array, bytes: DataView, at: number): void {
  const quant = (index: number) => q[index];
  for (let half = 0; half < 2; half++) {
    const from = 128 * half;
    for (let i = 0; i < 64; i++) {
      bytes.setUint8(at + 64 * half + i, (quant(from + i) & 15) | ((quant(from + i + 64) & 15) << 4));
    }
    for (let i = 0; i < 32; i++) {
      const high = (g: number) => (quant(from + i + 32 * g) >> 4) << (2 * g);
      bytes.setUint8(at + 128 + 32 * half + i, high(0) | high(1) | high(2) | high(3));
    }
  }
}

interface FittedGroup {
  readonly scale: number;
  /** Stored with 32 added. A group of zeros has quants and scale 0. */
  readonly quants: Uint8Array;
}

/**
 * Scale and quants with the least squared error, weighted by the square of the value, among 19 candidate scales around the one
 * that maps the extreme value to -32 (ggml's `make_qx_quants` with `rmse_type` 1).
 */
function fitGroup(values: Float32Array): FittedGroup {
  const extreme = values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  if (Math.abs(extreme) < GROUP_MAX_EPS) return { scale: 0, quants: new Uint8Array(values.length) };

  let inverse = f32(-Q_MAX / extreme);
  let bestInverse = inverse;
  let { sumXQ, sumQQ } = weightedSums(values, inverse);
  let scale = sumQQ === 0 ? 0 : f32(sumXQ / sumQQ);
  let best = f32(scale * sumXQ);
  for (let step = -9; step <= 9; step++) {
    if (step === 0) continue;
    inverse = f32(-f32(Q_MAX + f32(f32(0.1) * step)) / extreme);
    ({ sumXQ, sumQQ } = weightedSums(values, inverse));
    if (sumQQ > 0 && f32(sumXQ * sumXQ) > f32(best * sumQQ)) {
      bestInverse = inverse;
      scale = f32(sumXQ / sumQQ);
      best = f32(scale * sumXQ);
    }
  }
  return { scale, quants: Uint8Array.from(values, value => Q_MAX + quantOf(value, bestInverse)) };
}

/** Σ w·x·q and Σ w·q² with w = x², in float32 and in order. */
function weightedSums(values: Float32Array, inverse: number): { sumXQ: number; sumQQ: number } {
  let sumXQ = 0;
  let sumQQ = 0;
  for (const value of values) {
    const q = quantOf(value, inverse);
    const weight = f32(value * value);
    sumXQ = f32(sumXQ + f32(f32(weight * value) * q));
    sumQQ = f32(sumQQ + f32(f32(weight * q) * q));
  }
  return { sumXQ, sumQQ };
}

function quantOf(value: number, inverse: number): number {
  return clampQuant(nearestInt(f32(value * inverse)));
}

function clampQuant(q: number): number {
  return Math.max(-Q_MAX, Math.min(Q_MAX - 1, q));
}

/** Rounds half to even, by a sum whose unit in the last place is 1. */
function nearestInt(value: number): number {
  const shift = 1.5 * 2 ** 23;
  return f32(value + shift) - shift;
}
