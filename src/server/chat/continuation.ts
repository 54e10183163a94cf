import { invalid } from '../http/invalid.ts';
import type { JsonObject } from '../http/json.ts';
import type { ChatMessage } from './messages.ts';

/** The assistant's last message, which the answer goes on from: from what it says, or from its thoughts. */
export interface Continuation {
  readonly message: ChatMessage;
  readonly part: 'content' | 'reasoning';
}

/**
 * What a chat request wants to be continued; null for an answer of its own. With `prefill` a last message of the
 * assistant is enough to want it. Throws `invalid_request` where it cannot be.
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
