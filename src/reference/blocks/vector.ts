/**
 * Activations between the operations of the CPU twin, in double precision: its results do not depend on the order of its sums,
 * and a difference to them is the rounding of the other side alone.
 */
export type Vector = Float64Array<ArrayBuffer>;

export function add(a: Vector, b: Readonly<ArrayLike<number>>): Vector {
  return a.map((value, i) => value + b[i]);
}

export function subtract(a: Vector, b: Readonly<ArrayLike<number>>): Vector {
  return a.map((value, i) => value - b[i]);
}

/** Euclidean length. */
export function length(a: Vector): number {
  return Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
}

export function multiply(a: Vector, b: Readonly<ArrayLike<number>>): Vector {
  return a.map((value, i) => value * b[i]);
}

export function scale(a: Vector, factor: number): Vector {
  return factor === 1 ? a : a.map(value => value * factor);
}

/** Caps values to cap · tanh(value / cap); without a cap they stay unchanged. */
export function softcap(a: Vector, cap: number | null): Vector {
  return cap === null ? a : a.map(value => cap * Math.tanh(value / cap));
}

/** Weights that sum to 1, including the share of a `sink`, which is not returned. */
export function softmax(logits: Vector, sink: number = Number.NEGATIVE_INFINITY): Vector {
  const largest = logits.reduce((max, logit) => Math.max(max, logit), sink);
  const exponentials = logits.map(logit => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, value) => sum + value, Math.exp(sink - largest));
  return scale(exponentials, 1 / total);
}

export function softplus(x: number): number {
  return Math.log1p(Math.exp(x));
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
