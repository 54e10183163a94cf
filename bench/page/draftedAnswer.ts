import type { createServer } from '../../src/client/index.ts';
import type { CompletionRequest } from '../../src/protocol/completion.ts';
import { assert } from '../../src/util/assert.ts';
import type { Summary } from './statistics.ts';

/** Prompt of an answer that is timed, and the grammar that makes it repeat a text. */
export type Asked = Pick<CompletionRequest, 'prompt' | 'grammar'>;

/** Answer that was timed, and how many of its tokens a look-up drafted. */
export interface DraftedAnswer {
  readonly tokensPerSecond: number;
  readonly drafted: number;
  readonly accepted: number;
  /** Ids of the tokens, with commas between. */
  readonly tokens: string;
}

/** Speed of one kind of look-up on one text. */
export interface LookupSpeedup {
  readonly text: string;
  readonly kind: string;
  readonly tokensPerSecond: Summary;
  /** Median speed relative to decoding without drafts in the same round. */
  readonly speedup: number;
  readonly drafted: number;
  readonly accepted: number;
  readonly sameTokens: boolean;
}

/** Asks a server for exactly `nPredict` tokens; a shorter answer is an error, as its speed compares with nothing. */
export async function answerOf(
  server: Awaited<ReturnType<typeof createServer>>,
  asked: Asked,
  nPredict: number,
): Promise<DraftedAnswer> {
  const request = { ...asked, n_predict: nPredict, ignore_eos: true, return_tokens: true };
  const { tokens, timings } = await server.completion(request);
  assert(tokens.length === nPredict, () => `${tokens.length} tokens, not ${nPredict}`);
  return {
    tokensPerSecond: timings.predicted_per_second,
    drafted: timings.draft_n ?? 0,
    accepted: timings.draft_n_accepted ?? 0,
    tokens: tokens.join(),
  };
}
