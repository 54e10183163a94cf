import type { SampledToken } from '../../engine/sequence.ts';
import type { CompletionPartial, CompletionResponse } from '../../protocol/completion.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { JsonObject } from '../http/json.ts';
import { generationSettings, type SettingsContext } from '../params/generationSettings.ts';
import type { Generation } from '../scheduling/generation.ts';
import { completionProbabilities } from './probabilities.ts';
import { speculationTrace } from './speculationTrace.ts';

/** Server state that a response shows besides its generation. */
export interface ResponseContext extends SettingsContext {
  readonly model: string;
  readonly tokenizer: Tokenizer;
}

/** Event of one token. `text` is empty at the end of generation, while text is held back, and for a partial character. */
export function tokenPartial(
  generation: Generation,
  sampled: SampledToken,
  text: string,
  tokenizer: Tokenizer,
): CompletionPartial {
  const { params } = generation.task;
  const probabilities = completionProbabilities([sampled], params.postSamplingProbs, tokenizer);
  return {
    ...partial(generation, text, [sampled.token], sampled.drafted),
    ...(params.timingsPerToken && { timings: generation.timings }),
    ...(probabilities.length > 0 && { completion_probabilities: probabilities }),
    ...speculationTrace(generation, generation.sampled.length - 1, tokenizer),
  };
}

/** Event with the number of prompt tokens that are in the cache. */
export function progressPartial(generation: Generation): CompletionPartial {
  return {
    ...partial(generation, '', [], false),
    ...(generation.task.params.timingsPerToken && { timings: generation.timings }),
    prompt_progress: {
      total: generation.task.prompt.length,
      cache: generation.nCached,
      processed: generation.nPromptDone,
      time_ms: generation.elapsedMs,
    },
  };
}

function partial(
  generation: Generation,
  content: string,
  tokens: readonly number[],
  drafted: boolean,
): CompletionPartial {
  return {
    index: generation.task.index,
    content,
    tokens,
    stop: false,
    id_slot: generation.sequence.slot,
    tokens_predicted: generation.sampled.length,
    tokens_evaluated: generation.task.prompt.length,
    drafted,
  };
}

/** Response in one piece, or the last event of a stream, which repeats neither text nor tokens. */
export function finalResponse(generation: Generation, context: ResponseContext): CompletionResponse {
  const { task, sampled } = generation;
  const { params } = task;
  const whole = !params.stream;
  const probabilities = whole
    ? completionProbabilities(
        keptTokens(generation, context.tokenizer),
        params.postSamplingProbs,
        context.tokenizer,
      )
    : [];
  return {
    index: task.index,
    content: whole ? generation.text : '',
    tokens: whole && params.returnTokens ? sampled.map(({ token }) => token) : [],
    id_slot: generation.sequence.slot,
    stop: true,
    model: context.model,
    tokens_predicted: sampled.length,
    tokens_evaluated: task.prompt.length,
    generation_settings: generationSettings(params, context),
    prompt: context.tokenizer.decode(task.prompt, true),
    has_new_line: generation.hasNewLine,
    truncated: generation.truncated,
    stop_type: generation.stopType,
    stopping_word: generation.stoppingWord,
    tokens_cached: generation.cachedTokens.length,
    timings: generation.timings,
    ...(probabilities.length > 0 && { completion_probabilities: probabilities }),
    ...(whole && speculationTrace(generation, 0, context.tokenizer)),
  };
}

/** Sampled tokens, without those of the stop string at the end, which is not part of the text. */
function keptTokens({ sampled, stoppingWord }: Generation, tokenizer: Tokenizer): readonly SampledToken[] {
  if (stoppingWord === '') return sampled;
  const nStop = tokenizer.encode(stoppingWord, { addSpecial: false, parseSpecial: false }).length;
  return sampled.slice(0, Math.max(0, sampled.length - nStop));
}

/**
 * Applies `response_fields`: selects these fields of `body`, in the requested order. `a/b` selects field `b` of `a` and stores it
 * under the key `a/b`. Missing fields are left out. An empty list selects all of `body`.
 */
export function pickFields(body: CompletionResponse, fields: readonly string[]): JsonObject {
  if (fields.length === 0) return { ...body };
  const picked = fields.flatMap(path => {
    let value: unknown = body;
    for (const key of path.split('/')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return [];
      value = (value as JsonObject)[key];
    }
    return [[path, value] as const];
  });
  return Object.fromEntries(picked);
}
