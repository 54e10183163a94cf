import type { CandidateList } from './candidateList.ts';
import { expf, f32 } from './float32.ts';

/** Terms of the softmax in float32: a logit's probability is `expf(logit - max) / sum`. */
export interface SoftmaxTerms {
  readonly max: number;
  readonly sum: number;
}

/**
 * Weight of a logit relative to the largest one. The comparison covers infinite maxima (a huge bias, a tiny temperature; minus
 * infinity when all tokens are banned): their difference would be NaN.
 */
export function weightOf(logit: number, max: number): number {
  return logit === max ? 1 : expf(f32(logit - max));
}

/** Fills `list.p`, summing in float32 in the list's present order, as llama.cpp does. */
export function softmax(list: CandidateList): SoftmaxTerms {
  const { logits, p, size } = list;
  const max = list.maxLogit();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    p[i] = weightOf(logits[i], max);
    sum = f32(sum + p[i]);
  }
  for (let i = 0; i < size; i++) p[i] /= sum;
  return { max, sum };
}

/** Probability that `softmax` gave to `logit`. */
export function probabilityOf(logit: number, terms: SoftmaxTerms): number {
  return f32(weightOf(logit, terms.max) / terms.sum);
}
