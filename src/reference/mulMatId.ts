import { dot } from './dot.ts';
import { silu } from './swiglu.ts';

/** Sizes of the experts of one layer. */
export interface ExpertShape {
  readonly nEmbd: number;
  readonly nFf: number;
  /** Experts chosen for each row. */
  readonly nUsed: number;
}

/**
 * First half of a mixture of experts: silu(gate · x) · (up · x) with the matrices of each row's chosen experts.
 * `gateExps` and `upExps` [nExpert, nFf, nEmbd], `x` [rows, nEmbd], `ids` [rows, nUsed]; gives [rows, nUsed, nFf].
 */
export function mulMatIdSwiglu(
  gateExps: Float32Array,
  upExps: Float32Array,
  x: Float32Array,
  ids: ArrayLike<number>,
  { nEmbd, nFf, nUsed }: ExpertShape,
): Float32Array<ArrayBuffer> {
  const h = new Float32Array(ids.length * nFf);
  for (let choice = 0; choice < ids.length; choice++) {
    const row = Math.floor(choice / nUsed);
    for (let i = 0; i < nFf; i++) {
      const weights = (ids[choice] * nFf + i) * nEmbd;
      const gate = dot(gateExps, weights, x, row * nEmbd, nEmbd);
      const up = dot(upExps, weights, x, row * nEmbd, nEmbd);
      h[choice * nFf + i] = silu(gate) * up;
    }
  }
  return h;
}

/**
 * Second half: residual + Σ weight · (down · h) over each row's experts, in their order. `downExps` [nExpert, nEmbd, nFf],
 * `h` [rows, nUsed, nFf], `ids` and `weights` [rows, nUsed], `residual` [rows, nEmbd]; gives [rows, nEmbd].
 */
export function mulMatIdSum(
  downExps: Float32Array,
  h: Float32Array,
  ids: ArrayLike<number>,
  weights: Float32Array,
  residual: Float32Array,
  { nEmbd, nFf, nUsed }: ExpertShape,
): Float32Array<ArrayBuffer> {
  const sums = new Float32Array(residual.length);
  for (let row = 0; row < residual.length / nEmbd; row++) {
    for (let i = 0; i < nEmbd; i++) {
      let sum = residual[row * nEmbd + i];
      for (let choice = row * nUsed; choice < (row + 1) * nUsed; choice++) {
        sum += weights[choice] * dot(downExps, (ids[choice] * nEmbd + i) * nFf, h, choice * nFf, nFf);
      }
      sums[row * nEmbd + i] = sum;
    }
  }
  return sums;
}
