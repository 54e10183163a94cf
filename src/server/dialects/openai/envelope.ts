import type { CompletionPartial, CompletionResponse } from '../../../protocol/completion.ts';
import type { Extras, FinishReason, Logprobs, Usage } from '../../../protocol/openai.ts';
import { BUILD_INFO } from '../../admin/modelViews.ts';
import { randomId } from '../../http/randomId.ts';
import type { CompletionParams } from '../../params/completionFields.ts';

/** What everything sent for one request says of itself. */
export interface Envelope {
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
}

/** A new envelope for a request that is answered by `model`. */
export function createEnvelope(model: string): Envelope {
  return {
    id: `chatcmpl-${randomId()}`,
    created: Math.floor(Date.now() / 1000),
    model,
    system_fingerprint: BUILD_INFO,
  };
}

export function finishReason({ stop_type }: CompletionResponse, hasCalls = false): FinishReason {
  if (stop_type !== 'eos' && stop_type !== 'word') return 'length';
  return hasCalls ? 'tool_calls' : 'stop';
}

export function usageOf({ tokens_predicted, tokens_evaluated, timings }: CompletionResponse): Usage {
  return {
    completion_tokens: tokens_predicted,
    prompt_tokens: tokens_evaluated,
    total_tokens: tokens_predicted + tokens_evaluated,
    prompt_tokens_details: { cached_tokens: timings.cache_n },
  };
}

export function logprobsOf({
  completion_probabilities: content,
}: CompletionPartial | CompletionResponse): Logprobs | null {
  return content === undefined ? null : { content };
}

/** llama-server's additions to an event before the last. */
export function partialExtras(partial: CompletionPartial, { verbose }: CompletionParams): Extras {
  const { timings, prompt_progress } = partial;
  return {
    ...(verbose && { __verbose: partial }),
    ...(timings && { timings }),
    ...(prompt_progress && { prompt_progress }),
  };
}

/** llama-server's additions to an answer in one piece, or to the end of a stream. */
export function finalExtras(response: CompletionResponse, { verbose }: CompletionParams): Extras {
  return { ...(verbose && { __verbose: response }), timings: response.timings };
}
