import type { CompletionChunk, CompletionResponse } from '../../../protocol/completion.ts';
import type { Extras, TextChoice, TextCompletion, Usage } from '../../../protocol/openai.ts';
import type { CompletionFormat } from '../../completion/completionFormat.ts';
import {
  createEnvelope,
  type Envelope,
  finalExtras,
  finishReason,
  logprobsOf,
  partialExtras,
  usageOf,
} from './envelope.ts';

/** `POST /v1/completions` for one request. */
export function createTextFormat(model: string): CompletionFormat {
  const envelope = createEnvelope(model);
  return {
    id: envelope.id,
    whole(results, params) {
      // The envelope tells of the first choice alone, as llama-server's does.
      const [first] = results;
      return body(results.map(choice), envelope, usageOf(first), finalExtras(first, params));
    },
    events: (chunk, params) => [
      {
        data: chunk.stop
          ? body([choice(chunk)], envelope, usageOf(chunk), finalExtras(chunk, params))
          : body([choice(chunk)], envelope, null, partialExtras(chunk, params)),
      },
    ],
    lastLine: '[DONE]',
  };
}

function choice(chunk: CompletionChunk | CompletionResponse): TextChoice {
  return {
    text: chunk.content,
    index: chunk.index,
    logprobs: logprobsOf(chunk),
    finish_reason: chunk.stop ? finishReason(chunk) : null,
  };
}

function body(
  choices: readonly TextChoice[],
  { id, created, model, system_fingerprint }: Envelope,
  usage: Usage | null,
  extras: Extras,
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
