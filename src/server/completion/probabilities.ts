import type { SampledToken } from '../../engine/sequence.ts';
import type { CompletionProbability } from '../../protocol/completion.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { tokenText } from './tokenText.ts';

/** JSON's substitute for log(0): the lowest float32, as llama-server prints it. */
const LOWEST_FLOAT32 = -(2 - 2 ** -23) * 2 ** 127;

/** `completion_probabilities` of the tokens that have any. */
export function completionProbabilities(
  sampled: readonly SampledToken[],
  postSampling: boolean,
  tokenizer: Tokenizer,
): CompletionProbability[] {
  return sampled.flatMap(({ probs }) => {
    if (probs === undefined) return [];
    const own = tokenText(probs.own.token, tokenizer);
    const top = probs.top.map(({ token, value }) => ({ ...tokenText(token, tokenizer), value }));
    return postSampling
      ? {
          ...own,
          prob: probs.own.value,
          top_probs: top.map(({ value, ...text }) => ({ ...text, prob: value })),
        }
      : {
          ...own,
          logprob: finite(probs.own.value),
          top_logprobs: top.map(({ value, ...text }) => ({ ...text, logprob: finite(value) })),
        };
  });
}

function finite(logprob: number): number {
  return Math.max(logprob, LOWEST_FLOAT32);
}
