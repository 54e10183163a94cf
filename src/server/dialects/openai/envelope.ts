import type {
  CompletionPartial,
  CompletionResponse,
  SpeculationTrace,
  Timings,
} from '../../../protocol/completion.ts';
import type { ChoiceExtras, Extras, FinishReason, Logprobs, Usage } from '../../../protocol/openai.ts';
import { BUILD_INFO } from '../../admin/modelViews.ts';
import { randomId } from '../../http/randomId.ts';
import type { CompletionParams } from '../../params/completionFields.ts';

/** Fields shared by all chunks or objects of one request. */
export interface Envelope {
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
}

/** Creates the envelope of a request that `model` answers. */
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

/** Adds up the tokens of a request: all choices, and each prompt once. */
export function usageOf(results: readonly CompletionResponse[], { nCmpl }: CompletionParams): Usage {
  const prompts = results.filter(({ index }) => index % nCmpl === 0);
  const completion_tokens = sum(results.map(result => result.tokens_predicted));
  const prompt_tokens = sum(prompts.map(result => result.tokens_evaluated));
  return {
    completion_tokens,
    prompt_tokens,
    total_tokens: completion_tokens + prompt_tokens,
    prompt_tokens_details: { cached_tokens: sum(prompts.map(({ timings }) => timings.cache_n)) },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

export function logprobsOf({
  completion_probabilities: content,
}: CompletionPartial | CompletionResponse): Logprobs | null {
  return content === undefined ? null : { content };
}

/** Returns Foretoken's addition to a choice. */
export function choiceExtras(trace: SpeculationTrace | undefined): ChoiceExtras {
  return trace === undefined ? {} : { speculation_trace: trace };
}

/** llama-server's additions to all events except the last. */
export function partialExtras(partial: CompletionPartial, { verbose }: CompletionParams): Extras {
  const { timings, prompt_progress } = partial;
  return {
    ...(verbose && { __verbose: partial }),
    ...(timings && { timings }),
    ...(prompt_progress && { prompt_progress }),
  };
}

/** Returns llama-server's additions to an answer in one piece. */
export function finalExtras(response: CompletionResponse, { verbose }: CompletionParams): Extras {
  return { ...(verbose && { __verbose: response }), timings: response.timings };
}

/** Returns llama-server's additions to a choice's last chunk. If a usage chunk follows, that one has the timings. */
export function finishExtras(
  response: CompletionResponse,
  { verbose, includeUsage }: CompletionParams,
): Extras {
  const { timings } = response;
  return { ...(verbose && { __verbose: response }), ...(!includeUsage && { timings }) };
}

/** Returns the fields of the usage chunk, the last one of a stream. Its timings are those of the first choice. */
export function closingExtras(
  finished: readonly CompletionResponse[],
  params: CompletionParams,
): { usage: Usage; timings?: Timings } {
  const first = finished.find(({ index }) => index === 0);
  return { usage: usageOf(finished, params), ...(first && { timings: first.timings }) };
}
