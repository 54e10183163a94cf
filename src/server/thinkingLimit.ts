import type { TokenId } from '../engine/forwardPass.ts';
import type { Sampler } from '../engine/sampler/chain.ts';
import { ThinkingBudget } from '../engine/sampler/thinkingBudget.ts';
import { StreamDecoder, type Tokenizer } from '../tokenizer/index.ts';

/** For how long a model may think in one answer. */
export interface ThinkingLimit {
  /** The tags of thoughts, as tokens, and what is said in place of more thoughts. */
  readonly start: readonly TokenId[];
  readonly end: readonly TokenId[];
  readonly forced: readonly TokenId[];
  /** Most tokens of thoughts; Infinity for no limit. */
  readonly budget: number;
  /** Whether the prompt ends within thoughts. */
  readonly isOpen: boolean;
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
