import type { CompletionProbability, CompletionResponse } from '../../../protocol/completion.ts';
import type {
  CallItem,
  MessageItem,
  ReasoningItem,
  ResponseItem,
  ResponseStatus,
  ResponseTextPart,
} from '../../../protocol/responses.ts';
import type { Tokenizer } from '../../../tokenizer/index.ts';
import type { AnswerReader } from '../../chat/answerReader.ts';
import { finishReason } from '../openai/envelope.ts';
import type { ResponseEnvelope, ResponseState } from './envelope.ts';

/**
 * What a response comes to, whose answer `reader` has read, `logprobs` being those of its message: thoughts, a message and calls, as far as there are any. If a
 * limit cut it, it is incomplete, and so is the last of these.
 */
export function finalState(
  response: CompletionResponse,
  logprobs: readonly CompletionProbability[],
  reader: AnswerReader,
  envelope: ResponseEnvelope,
  tokenizer: Tokenizer,
): ResponseState {
  const { reasoning, content, calls } = reader.answer;
  const items: ResponseItem[] = [];
  if (reasoning !== '') items.push(reasoningItem(reasoning, envelope));
  if (content !== '') items.push(messageItem(content, envelope, logprobs));
  for (const index of calls.keys()) items.push(callItem(reader, index));

  const status: ResponseStatus = finishReason(response) === 'length' ? 'incomplete' : 'completed';
  const output = items.map((item, i) => (i === items.length - 1 ? { ...item, status } : item));
  const { tokens_evaluated, tokens_predicted, timings } = response;
  const usage = {
    input_tokens: tokens_evaluated,
    output_tokens: tokens_predicted,
    total_tokens: tokens_evaluated + tokens_predicted,
    input_tokens_details: { cached_tokens: timings.cache_n },
    output_tokens_details: { reasoning_tokens: countTokens(reasoning, tokenizer) },
  };
  return { status, output, usage };
}

/** As the tokenizer splits the text, which need not be how the model wrote it. */
function countTokens(text: string, tokenizer: Tokenizer): number {
  return tokenizer.encode(text, { addSpecial: false, parseSpecial: false }).length;
}

export function reasoningItem(text: string, { reasoningId }: ResponseEnvelope): ReasoningItem {
  return {
    id: reasoningId,
    summary: [],
    type: 'reasoning',
    content: [{ text, type: 'reasoning_text' }],
    encrypted_content: '',
    status: 'completed',
  };
}

export function messageItem(
  text: string,
  { messageId }: ResponseEnvelope,
  logprobs: readonly CompletionProbability[] = [],
): MessageItem {
  return {
    content: [textPart(text, logprobs)],
    id: messageId,
    role: 'assistant',
    status: 'completed',
    type: 'message',
  };
}

export function callItem(reader: AnswerReader, index: number): CallItem {
  const { name, arguments: text } = reader.answer.calls[index];
  const id = reader.callId(index);
  return {
    id: `fc_${id}`,
    type: 'function_call',
    status: 'completed',
    arguments: text,
    call_id: `call_${id}`,
    name,
  };
}

export function textPart(text: string, logprobs: readonly CompletionProbability[] = []): ResponseTextPart {
  return { type: 'output_text', annotations: [], logprobs, text };
}
