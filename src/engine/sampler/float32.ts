/**
 * C's float functions. llama.cpp samples in float32; the double result rounded once is what a correctly rounded
 * libm gives, so the same seed draws the same token.
 */
export const f32 = Math.fround;

export function expf(x: number): number {
  return f32(Math.exp(x));
}

export function logf(x: number): number {
  return f32(Math.log(x));
}

export function log2f(x: number): number {
  return f32(Math.log2(x));
}

export function powf(base: number, exponent: number): number {
  return f32(base ** exponent);
}
