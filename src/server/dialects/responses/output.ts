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
 * Returns the final state of a response. Its output is the thoughts, the message and the calls that `reader` has read.
 * `logprobs` are those of the message. If a limit cut the answer, the response and its last item are incomplete.
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

/** Counts tokens as the tokenizer splits the text. The model may have split it otherwise. */
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
