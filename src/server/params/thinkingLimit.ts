import type { Sampler } from '../../engine/sampler/chain.ts';
import { ThinkingBudget, type ThinkingBudgetOptions } from '../../engine/sampler/thinkingBudget.ts';
import { StreamDecoder, type Tokenizer } from '../../tokenizer/index.ts';

/** For how long a model may think in one answer; a budget of Infinity is no limit. */
export interface ThinkingLimit extends Omit<ThinkingBudgetOptions, 'endsWithinCharacter'> {
  /** Whether `/v1/chat/completions/control` may end them. */
  readonly isControlled: boolean;
}

/** Puts a sampler chain under a limit; null leaves it as it is. */
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
