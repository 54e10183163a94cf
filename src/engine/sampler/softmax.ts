import type { CandidateList } from './candidateList.ts';
import { expf, f32 } from './float32.ts';

/** What turns a logit of the list into its probability: `expf(logit - max) / sum`, in float32. */
export interface SoftmaxTerms {
  readonly max: number;
  readonly sum: number;
}

/** Fills `list.p`, summing in float32 in the list's present order as llama.cpp does. */
export function softmax(list: CandidateList): SoftmaxTerms {
  const { logits, p, size } = list;
  const max = list.maxLogit();
  let sum = 0;
  for (let i = 0; i < size; i++) {
    p[i] = expf(f32(logits[i] - max));
    sum = f32(sum + p[i]);
  }
  for (let i = 0; i < size; i++) p[i] /= sum;
  return { max, sum };
}

/** The probability that `softmax` gave to `logit`. */
export function probabilityOf(logit: number, terms: SoftmaxTerms): number {
  return f32(expf(f32(logit - terms.max)) / terms.sum);
}
