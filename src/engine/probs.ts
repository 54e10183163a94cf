import type { Candidates, TokenId } from '../forward/forward.ts';
import { assert } from '../util/assert.ts';
import type { Sampler } from './sampler/chain.ts';
import { topCandidates } from './sampler/ranking.ts';
import type { ProbsRequest, SampledToken, TokenLogprob } from './sequence.ts';

/** Probabilities of a sampled token and of its rivals. */
export type TokenProbs = NonNullable<SampledToken['probs']>;

/**
 * Probabilities that `request` wants for the token that `sampler` has just drawn from `row`. Without `postSampling` the row must
 * be of kind `logits`.
 */
export function probsOf(
  request: ProbsRequest,
  row: Candidates,
  sampler: Sampler,
  token: TokenId,
): TokenProbs {
  return request.postSampling
    ? survivorProbs(sampler.survivors(), token, request.n)
    : rawLogprobs(row, token, request.n);
}

/** Log-softmax over the whole row of raw logits: the value of `token` and the `n` largest, ties by ascending id. */
export function rawLogprobs(row: Candidates, token: TokenId, n: number): TokenProbs {
  const { ids, logits } = row;
  assert(ids[token] === token, () => `token ${token} is not at its place in a row of ${ids.length}`);
  const top = topCandidates(ids, logits, ids.length, Math.max(n, 1));
  const max = top.logits[0];
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - max);
  const logSum = max + Math.log(sum);
  const logprob = (id: TokenId, logit: number): TokenLogprob => ({ token: id, value: logit - logSum });
  return {
    own: logprob(token, logits[token]),
    top: Array.from(top.ids.subarray(0, n), (id, i) => logprob(id, top.logits[i])),
  };
}

/** Probabilities after the chain: the value of `token` and the `n` largest survivors. */
export function survivorProbs(
  survivors: ReturnType<Sampler['survivors']>,
  token: TokenId,
  n: number,
): TokenProbs {
  const probs = survivors.map(survivor => ({ token: survivor.token, value: survivor.p }));
  return { own: probs.find(prob => prob.token === token) ?? { token, value: 0 }, top: probs.slice(0, n) };
}
