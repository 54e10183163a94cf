/** Number of bisections of [0, 1] in the search for a probability, as in llama.cpp. */
const N_HALVINGS = 32;

/**
 * Rates p, p², …, p^nMax at which a step yields `length` tokens on average, including the target's own: they add up to `length` -
 * 1. `length` is from 1 to `nMax` + 1.
 */
export function ratesOfLength(length: number, nMax: number): number[] {
  if (length === 1 || length === nMax + 1) return powers(length === 1 ? 0 : 1, nMax);
  let low = 0;
  let high = 1;
  for (let i = 0; i < N_HALVINGS; i++) {
    const middle = (low + high) / 2;
    const sum = powers(middle, nMax).reduce((total, rate) => total + rate, 0);
    if (sum < length - 1) low = middle;
    else high = middle;
  }
  return powers((low + high) / 2, nMax);
}

/**
 * Probability of each draft token to be accepted, given that those before it were. `rates[i]` is the probability that the first i
 * + 1 tokens are accepted.
 */
export function conditionalProbabilities(rates: readonly number[]): number[] {
  return rates.map((rate, i) => {
    const before = i === 0 ? 1 : rates[i - 1];
    return before > 0 ? rate / before : 0;
  });
}

function powers(p: number, n: number): number[] {
  return Array.from({ length: n }, (_, i) => p ** (i + 1));
}
