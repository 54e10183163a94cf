import type { CompletionChunk, CompletionResponse } from '../../../protocol/completion.ts';
import type { Extras, TextChoice, TextCompletion } from '../../../protocol/openai.ts';
import type { CompletionFormat } from '../../completion/completionFormat.ts';
import {
  choiceExtras,
  closingExtras,
  createEnvelope,
  type Envelope,
  finalExtras,
  finishExtras,
  finishReason,
  logprobsOf,
  partialExtras,
  usageOf,
} from './envelope.ts';

/** Creates the format of `POST /v1/completions` for one request. */
export function createTextFormat(model: string): CompletionFormat {
  const envelope = createEnvelope(model);
  const finished: CompletionResponse[] = [];
  return {
    id: envelope.id,
    whole(results, params) {
      // llama-server's additions, timings and `__verbose`, are those of the first choice.
      const extras = { usage: usageOf(results, params), ...finalExtras(results[0], params) };
      return body(results.map(choice), envelope, extras);
    },
    events(chunk, params) {
      if (chunk.stop) finished.push(chunk);
      const extras = chunk.stop ? finishExtras(chunk, params) : partialExtras(chunk, params);
      return [{ data: body([choice(chunk)], envelope, extras) }];
    },
    closing: params =>
      params.includeUsage ? [{ data: body([], envelope, closingExtras(finished, params)) }] : [],
    lastLine: '[DONE]',
  };
}

function choice(chunk: CompletionChunk | CompletionResponse): TextChoice {
  return {
    text: chunk.content,
    index: chunk.index,
    logprobs: logprobsOf(chunk),
    finish_reason: chunk.stop ? finishReason(chunk) : null,
    ...choiceExtras(chunk.speculation_trace),
  };
}

function body(
  choices: readonly TextChoice[],
  { id, created, model, system_fingerprint }: Envelope,
  { usage, ...extras }: Pick<TextCompletion, 'usage' | keyof Extras>,
): TextCompletion {
  return {
    choices,
    created,
    model,
    system_fingerprint,
    object: 'text_completion',
    ...(usage && { usage }),
    id,
    ...extras,
  };
}
