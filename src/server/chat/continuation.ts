import { invalid } from '../http/invalid.ts';
import type { JsonObject } from '../http/json.ts';
import type { ChatMessage } from './messages.ts';

/** Last message, of the assistant, that the answer continues: its content or its thoughts. */
export interface Continuation {
  readonly message: ChatMessage;
  readonly part: 'content' | 'reasoning';
}

/**
 * Finds the message that a chat request wants continued; null for a new answer. With `prefill`, a last message of the assistant
 * is always continued. Throws `invalid_request` if that is impossible.
 */
export function readContinuation(
  { continue_final_message: wanted, add_generation_prompt }: JsonObject,
  messages: readonly ChatMessage[],
  prefill: boolean,
): Continuation | null {
  const isExplicit = wanted === true || wanted === 'content' || wanted === 'reasoning_content';
  if (isExplicit && add_generation_prompt !== false) {
    throw invalid('Cannot set both add_generation_prompt and continue_final_message to true.');
  }
  const [before, last] = [messages.at(-2), messages.at(-1)];
  if (last?.role !== 'assistant' || !(isExplicit || prefill)) return null;
  if (!isExplicit && before?.role === 'assistant') {
    throw invalid('Cannot have 2 or more assistant messages at the end of the list.');
  }
  if (last.tool_calls) throw invalid('Cannot continue an assistant message that contains tool calls.');
  return { message: last, part: partOf(last, wanted) };
}

function partOf({ content, reasoning_content = '' }: ChatMessage, wanted: unknown): Continuation['part'] {
  if (wanted === 'content') return 'content';
  if (wanted === 'reasoning_content') return 'reasoning';
  return reasoning_content !== '' && content.length === 0 ? 'reasoning' : 'content';
}
