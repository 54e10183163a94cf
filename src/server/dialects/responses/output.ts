import type { CompletionResponse } from '../../../protocol/completion.ts';
import type {
  CallItem,
  MessageItem,
  ReasoningItem,
  ResponseItem,
  ResponseTextPart,
  ResponseUsage,
} from '../../../protocol/responses.ts';
import type { AnswerReader } from '../../chat/answerReader.ts';
import { randomId } from '../../http/randomId.ts';

/** Names of what one response consists of, and when it began (Unix time in seconds). */
export class ResponseIds {
  readonly response = `resp_${randomId()}`;
  readonly reasoning = `rs_${randomId()}`;
  readonly message = `msg_${randomId()}`;
  readonly createdAt = nowInSeconds();
}

/** `output` of a response: thoughts, a message and calls, as far as there are any. */
export function outputOf(reader: AnswerReader, ids: ResponseIds): ResponseItem[] {
  const { reasoning, content, calls } = reader.answer;
  const items: ResponseItem[] = [];
  if (reasoning !== '') items.push(reasoningItem(reasoning, ids));
  if (content !== '') items.push(messageItem(content, ids));
  for (const index of calls.keys()) items.push(callItem(reader, index));
  return items;
}

export function reasoningItem(text: string, ids: ResponseIds): ReasoningItem {
  return {
    id: ids.reasoning,
    summary: [],
    type: 'reasoning',
    content: [{ text, type: 'reasoning_text' }],
    encrypted_content: '',
    status: 'completed',
  };
}

export function messageItem(text: string, ids: ResponseIds): MessageItem {
  return {
    content: [textPart(text)],
    id: ids.message,
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

export function textPart(text: string): ResponseTextPart {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}

export function responseUsage(response: CompletionResponse): ResponseUsage {
  const { tokens_evaluated, tokens_predicted, timings } = response;
  return {
    input_tokens: tokens_evaluated,
    output_tokens: tokens_predicted,
    total_tokens: tokens_evaluated + tokens_predicted,
    input_tokens_details: { cached_tokens: timings.cache_n },
  };
}

export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
