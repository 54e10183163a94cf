import type { Sampler } from '../../engine/sampler/chain.ts';
import { ThinkingBudget, type ThinkingBudgetOptions } from '../../engine/sampler/thinkingBudget.ts';
import { StreamDecoder, type Tokenizer } from '../../tokenizer/index.ts';

/** Limit on the thoughts in one answer. A budget of Infinity sets no limit. */
export interface ThinkingLimit extends Omit<ThinkingBudgetOptions, 'endsWithinCharacter'> {
  /** True if `/v1/chat/completions/control` can end the thoughts. */
  readonly isControlled: boolean;
}

/** Wraps a sampler chain in a thinking limit; null leaves the chain unchanged. */
export function limitThinking(chain: Sampler, limit: ThinkingLimit | null, tokenizer: Tokenizer): Sampler {
  if (limit === null) return chain;
  const decoder = new StreamDecoder(tokenizer, true);
  return new ThinkingBudget(chain, {
    ...limit,
    endsWithinCharacter(token) {
      decoder.push(token);
      return decoder.isMidCharacter;
    },
  });
}
