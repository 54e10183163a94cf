export interface ExpertSumOptions {
  readonly scale?: number;
  /** Biases of the experts' products [nExpert, nEmbd]. */
  readonly biases?: Float32Array | null;
}

/** residual + scale · Σ weight · (product + bias) over each row's experts; `products` [rows, nUsed, nEmbd]. */
export function addExperts(
  products: ArrayLike<number>,
  ids: ArrayLike<number>,
  weights: Float32Array,
  residual: Float32Array,
  { nEmbd, nUsed }: { readonly nEmbd: number; readonly nUsed: number },
  { scale = 1, biases = null }: ExpertSumOptions = {},
): Float32Array<ArrayBuffer> {
  const sums = new Float32Array(residual.length);
  for (let row = 0; row < residual.length / nEmbd; row++) {
    for (let i = 0; i < nEmbd; i++) {
      let sum = 0;
      for (let choice = row * nUsed; choice < (row + 1) * nUsed; choice++) {
        sum += weights[choice] * (products[choice * nEmbd + i] + (biases?.[ids[choice] * nEmbd + i] ?? 0));
      }
      sums[row * nEmbd + i] = residual[row * nEmbd + i] + scale * sum;
    }
  }
  return sums;
}
