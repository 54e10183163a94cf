import type {
  CompletionPartial,
  CompletionProbability,
  CompletionResponse,
} from '../../protocol/completion.ts';
import type {
  ChatChoice,
  ChatChunkChoice,
  ChatCompletion,
  ChatCompletionChunk,
  ChatDelta,
} from '../../protocol/openai.ts';
import type { CompletionParams } from '../completionFields.ts';
import type { CompletionFormat } from '../completionFormat.ts';
import {
  createEnvelope,
  type Envelope,
  finalExtras,
  finishReason,
  logprobsOf,
  partialExtras,
  usageOf,
} from './envelope.ts';

const ROLE: ChatDelta = { role: 'assistant', content: null };

/** `POST /v1/chat/completions` for one request. */
export function createChatFormat(model: string): CompletionFormat {
  const envelope = createEnvelope(model);
  const stream = new ChatStream(envelope);
  return {
    whole: (results, params) => wholeChat(results, params, envelope),
    events: (chunk, params) => (chunk.stop ? stream.end(chunk, params) : stream.next(chunk, params)),
    lastLine: '[DONE]',
  };
}

function wholeChat(
  results: readonly CompletionResponse[],
  params: CompletionParams,
  { id, created, model, system_fingerprint }: Envelope,
): ChatCompletion {
  // The envelope tells of the first choice alone, as llama-server's does.
  const [first] = results;
  return {
    choices: results.map(chatChoice),
    created,
    model,
    system_fingerprint,
    object: 'chat.completion',
    usage: usageOf(first),
    id,
    ...finalExtras(first, params),
  };
}

function chatChoice(response: CompletionResponse): ChatChoice {
  const logprobs = logprobsOf(response);
  return {
    finish_reason: finishReason(response),
    index: response.index,
    message: { role: 'assistant', content: response.content },
    ...(logprobs && { logprobs }),
  };
}

/** The chunks of one chat stream: a role, texts, an end, for each choice. */
class ChatStream {
  readonly #envelope: Envelope;
  /** Probabilities of tokens whose text is held back, by choice: an event without text is not sent. */
  readonly #waiting = new Map<number, readonly CompletionProbability[]>();

  constructor(envelope: Envelope) {
    this.#envelope = envelope;
  }

  next(partial: CompletionPartial, params: CompletionParams): ChatCompletionChunk[] {
    const { index, content, completion_probabilities: own = [] } = partial;
    const extras = partialExtras(partial, params);
    if (partial.prompt_progress) return [{ ...this.#chunk([opened(index)]), ...extras }];

    const chunks = partial.tokens_predicted === 1 ? [this.#chunk([opened(index)])] : [];
    const probabilities = [...(this.#waiting.get(index) ?? []), ...own];
    if (content === '') {
      this.#waiting.set(index, probabilities);
      return chunks;
    }
    this.#waiting.delete(index);
    const choice = {
      finish_reason: null,
      index,
      delta: { content },
      ...(probabilities.length > 0 && { logprobs: { content: probabilities } }),
    };
    return [...chunks, { ...this.#chunk([choice]), ...extras }];
  }

  end(response: CompletionResponse, params: CompletionParams): ChatCompletionChunk[] {
    const { index } = response;
    const { __verbose, timings } = finalExtras(response, params);
    const finish = this.#chunk([{ finish_reason: finishReason(response), index, delta: {} }]);
    const chunks: ChatCompletionChunk[] = [{ ...finish, ...(__verbose && { __verbose }) }];
    // A choice without a single token still says whose it is.
    if (response.tokens_predicted === 0) chunks.unshift(this.#chunk([opened(index)]));
    if (params.includeUsage) chunks.push({ ...this.#chunk([]), usage: usageOf(response) });
    return chunks.map((chunk, i) => (timings && i === chunks.length - 1 ? { ...chunk, timings } : chunk));
  }

  #chunk(choices: readonly ChatChunkChoice[]): ChatCompletionChunk {
    const { id, created, model, system_fingerprint } = this.#envelope;
    return { choices, created, id, model, system_fingerprint, object: 'chat.completion.chunk' };
  }
}

function opened(index: number): ChatChunkChoice {
  return { finish_reason: null, index, delta: ROLE };
}
