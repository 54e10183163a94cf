import { addExperts, type ExpertSumOptions } from './addExperts.ts';
import { gated } from './blocks/activation.ts';
import { dot } from './dot.ts';
import type { GatedActivation } from './swiglu.ts';

/** Sizes of the experts of one layer. */
export interface ExpertShape {
  readonly nEmbd: number;
  readonly nFf: number;
  /** Number of experts chosen for each row. */
  readonly nUsed: number;
}

/** Operations on products with experts before an activation. */
export interface ExpertProductOptions {
  /** Weight of each chosen expert [rows, nUsed], by which its products are multiplied (Llama 4). */
  readonly weights?: Float32Array | null;
}

/**
 * Multiplies the rows of `x` [rows, nEmbd] by the matrices of their chosen experts: `exps` [nExpert, nFf, nEmbd], `ids` [rows,
 * nUsed]; returns [rows, nUsed, nFf]. `biases` [nExpert, nFf] are added last.
 */
export function mulMatIdStore(
  exps: Float32Array,
  x: Float32Array,
  ids: ArrayLike<number>,
  { nEmbd, nFf, nUsed }: ExpertShape,
  { weights = null, biases = null }: ExpertProductOptions & { readonly biases?: Float32Array | null } = {},
): Float64Array<ArrayBuffer> {
  const products = new Float64Array(ids.length * nFf);
  for (let choice = 0; choice < ids.length; choice++) {
    const row = Math.floor(choice / nUsed);
    for (let i = 0; i < nFf; i++) {
      const at = ids[choice] * nFf + i;
      const product = dot(exps, at * nEmbd, x, row * nEmbd, nEmbd) * (weights?.[choice] ?? 1);
      products[choice * nFf + i] = product + (biases?.[at] ?? 0);
    }
  }
  return products;
}

/**
 * First half of a mixture of experts: silu(gate · x) · (up · x), or another activation, with the matrices of each row's chosen
 * experts. `gateExps` and `upExps` [nExpert, nFf, nEmbd], `x` [rows, nEmbd], `ids` [rows, nUsed]; returns [rows, nUsed, nFf].
 * `biases` are those of the gates [nExpert, nFf], then of the ups.
 */
export function mulMatIdSwiglu(
  gateExps: Float32Array,
  upExps: Float32Array,
  x: Float32Array,
  ids: ArrayLike<number>,
  shape: ExpertShape,
  options: ExpertProductOptions & {
    readonly activation?: GatedActivation;
    readonly biases?: Float32Array | null;
  } = {},
): Float32Array<ArrayBuffer> {
  const { activation = 'silu', weights = null, biases = null } = options;
  const half = biases ? biases.length / 2 : 0;
  const [gates, ups] = [gateExps, upExps].map((exps, which) =>
    mulMatIdStore(exps, x, ids, shape, {
      weights,
      biases: biases?.subarray(which * half, (which + 1) * half) ?? null,
    }),
  );
  return Float32Array.from(gated(activation, gates, ups));
}

/**
 * Second half: residual + scale · Σ weight · (down · h + bias) over each row's experts, in their order. `downExps` [nExpert,
 * nEmbd, nFf], `h` [rows, nUsed, nFf], `ids` and `weights` [rows, nUsed], `residual` [rows, nEmbd], `biases` [nExpert, nEmbd];
 * returns [rows, nEmbd].
 */
export function mulMatIdSum(
  downExps: Float32Array,
  h: Float32Array,
  ids: ArrayLike<number>,
  weights: Float32Array,
  residual: Float32Array,
  { nEmbd, nFf, nUsed }: ExpertShape,
  options: ExpertSumOptions = {},
): Float32Array<ArrayBuffer> {
  const products = mulMatIdStore(downExps, h, ids, { nEmbd: nFf, nFf: nEmbd, nUsed: 1 });
  return addExperts(products, ids, weights, residual, { nEmbd, nUsed }, options);
}
