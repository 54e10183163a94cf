import type { CandidateList } from './candidateList.ts';
import { expf, f32 } from './float32.ts';

/** What turns a logit of the list into its probability: `expf(logit - max) / sum`, in float32. */
export interface SoftmaxTerms {
  readonly max: number;
  readonly sum: number;
}

/**
 * What a logit counts beside the largest one. An infinite one (a huge bias, a tiny temperature; minus infinity when all
 * are banned) is no further from itself than any other, though the difference of two infinities is NaN.
 */
export function weightOf(logit: number, max: number): number {
  return logit === max ? 1 : expf(f32(logit - max));
}

/** Fills `list.p`, summing in float32 in the list's present order as llama.cpp does. */
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

/** The probability that `softmax` gave to `logit`. */
export function probabilityOf(logit: number, terms: SoftmaxTerms): number {
  return f32(weightOf(logit, terms.max) / terms.sum);
}
