/**
 * Generates `count` values uniform in [-scale, scale), the same for the same seed (Steele, Lea and Flood 2014, a 32-bit
 * SplitMix).
 */
export function randomValues(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    z ^= z >>> 16;
    return ((z >>> 0) / 2 ** 31 - 1) * scale;
  });
}
