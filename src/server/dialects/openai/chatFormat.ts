import type { CompletionPartial, CompletionResponse } from '../../../protocol/completion.ts';
import { joinTraces } from '../../../protocol/joinTraces.ts';
import type {
  ChatChoice,
  ChatChunkChoice,
  ChatCompletion,
  ChatCompletionChunk,
  ChatDelta,
  ChatToolCall,
  Extras,
} from '../../../protocol/openai.ts';
import { assertNever } from '../../../util/assert.ts';
import type { AnswerDelta } from '../../chat/answer.ts';
import { type AnswerReader, AnswerReaders, type AnswerSyntax, wholeAnswer } from '../../chat/answerReader.ts';
import type { CompletionFormat } from '../../completion/completionFormat.ts';
import type { CompletionParams } from '../../params/completionFields.ts';
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

const ROLE: ChatDelta = { role: 'assistant', content: null };

/** Creates the format of `POST /v1/chat/completions` for one request, whose answers are in `syntax`. */
export function createChatFormat(model: string, syntax: AnswerSyntax): CompletionFormat {
  const envelope = createEnvelope(model);
  const stream = new ChatStream(envelope, syntax);
  return {
    id: envelope.id,
    whole: (results, params) => wholeChat(results, params, envelope, syntax),
    events(chunk, params) {
      const chunks = chunk.stop ? stream.end(chunk, params) : stream.next(chunk, params);
      return chunks.map(data => ({ data }));
    },
    closing: params => stream.closing(params).map(data => ({ data })),
    lastLine: '[DONE]',
  };
}

function wholeChat(
  results: readonly CompletionResponse[],
  params: CompletionParams,
  { id, created, model, system_fingerprint }: Envelope,
  syntax: AnswerSyntax,
): ChatCompletion {
  // llama-server's additions, timings and `__verbose`, are those of the first choice.
  const [first] = results;
  return {
    choices: results.map(result => chatChoice(result, wholeAnswer(syntax, result.content))),
    created,
    model,
    system_fingerprint,
    object: 'chat.completion',
    usage: usageOf(results, params),
    id,
    ...finalExtras(first, params),
  };
}

function chatChoice(response: CompletionResponse, reader: AnswerReader): ChatChoice {
  const logprobs = logprobsOf(response);
  const { content, reasoning, calls } = reader.answer;
  const tool_calls = calls.map(
    ({ name, arguments: text }, index): ChatToolCall => ({
      type: 'function',
      function: { name, arguments: text },
      id: reader.callId(index),
    }),
  );
  return {
    finish_reason: finishReason(response, calls.length > 0),
    index: response.index,
    message: {
      role: 'assistant',
      content,
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(calls.length > 0 && { tool_calls }),
    },
    ...(logprobs && { logprobs }),
    ...choiceExtras(response.speculation_trace),
  };
}

/** Builds the chunks of one chat stream: for each choice a role, the answer, and an end. */
class ChatStream {
  readonly #envelope: Envelope;
  readonly #readers: AnswerReaders;
  /** Events of tokens whose text is held back, by choice; an event without content is not sent. */
  readonly #waiting = new Map<number, readonly CompletionPartial[]>();
  readonly #finished: CompletionResponse[] = [];

  constructor(envelope: Envelope, syntax: AnswerSyntax) {
    this.#envelope = envelope;
    this.#readers = new AnswerReaders(syntax);
  }

  next(partial: CompletionPartial, params: CompletionParams): ChatCompletionChunk[] {
    const { index, content } = partial;
    const extras = partialExtras(partial, params);
    if (partial.prompt_progress) return [this.#chunk([opened(index)], extras)];

    const chunks = partial.tokens_predicted === 1 ? [this.#chunk([opened(index)])] : [];
    const partials = [...(this.#waiting.get(index) ?? []), partial];
    const choices = this.#choices(index, this.#readers.of(index).push(content));
    const last = choices.pop();
    if (last === undefined) {
      this.#waiting.set(index, partials);
      return chunks;
    }
    this.#waiting.delete(index);
    return [
      ...chunks,
      ...choices.map(before => this.#chunk([before])),
      this.#chunk([withTrace(withLogprobs(last, partials), partials)], extras),
    ];
  }

  end(response: CompletionResponse, params: CompletionParams): ChatCompletionChunk[] {
    const { index } = response;
    this.#finished.push(response);
    const reader = this.#readers.of(index);
    const said = this.#choices(index, reader.end());
    const reason = finishReason(response, reader.answer.calls.length > 0);
    const finish: ChatChunkChoice = { finish_reason: reason, index, delta: {} };
    // These tokens belong to held-back text or end the generation. After a stop string they are part of it, and have no logprobs.
    const waiting = this.#waiting.get(index) ?? [];
    const visible = response.stop_type === 'word' ? [] : waiting;
    const at = Math.max(0, said.length - 1);
    const chunks = [...said, finish].map((choice, i) =>
      this.#chunk(
        [i === at ? withTrace(withLogprobs(choice, visible), waiting) : choice],
        choice === finish ? finishExtras(response, params) : {},
      ),
    );
    // A choice without any token still has a chunk with its role.
    if (response.tokens_predicted === 0) chunks.unshift(this.#chunk([opened(index)]));
    return chunks;
  }

  closing(params: CompletionParams): ChatCompletionChunk[] {
    if (!params.includeUsage) return [];
    return [this.#chunk([], closingExtras(this.#finished, params))];
  }

  #choices(index: number, deltas: readonly AnswerDelta[]): ChatChunkChoice[] {
    const reader = this.#readers.of(index);
    return deltas.map(delta => ({ finish_reason: null, index, delta: chatDelta(delta, reader) }));
  }

  #chunk(
    choices: readonly ChatChunkChoice[],
    extras: Pick<ChatCompletionChunk, 'usage' | keyof Extras> = {},
  ): ChatCompletionChunk {
    const { id, created, model, system_fingerprint } = this.#envelope;
    return { choices, created, id, model, system_fingerprint, object: 'chat.completion.chunk', ...extras };
  }
}

function chatDelta(delta: AnswerDelta, reader: AnswerReader): ChatDelta {
  switch (delta.kind) {
    case 'reasoning':
      return { reasoning_content: delta.text };
    case 'content':
      return { content: delta.text };
    case 'call': {
      const { index, name } = delta;
      return {
        tool_calls: [
          { index, id: reader.callId(index), type: 'function', function: { name, arguments: '' } },
        ],
      };
    }
    case 'arguments':
      return { tool_calls: [{ index: delta.index, function: { arguments: delta.text } }] };
    default:
      return assertNever(delta);
  }
}

function withLogprobs(choice: ChatChunkChoice, partials: readonly CompletionPartial[]): ChatChunkChoice {
  const content = partials.flatMap(({ completion_probabilities = [] }) => completion_probabilities);
  return content.length > 0 ? { ...choice, logprobs: { content } } : choice;
}

function withTrace(choice: ChatChunkChoice, partials: readonly CompletionPartial[]): ChatChunkChoice {
  const traces = partials.flatMap(({ speculation_trace }) => speculation_trace ?? []);
  return traces.length > 0 ? { ...choice, ...choiceExtras(joinTraces(traces)) } : choice;
}

function opened(index: number): ChatChunkChoice {
  return { finish_reason: null, index, delta: ROLE };
}
