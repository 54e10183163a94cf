import { isJsonObject, type JsonObject } from '../http/json.ts';
import type { TemplateCaps } from './caps.ts';
import { type ChatMessage, contentText, type ToolCall } from './messages.ts';

/**
 * Converts messages to the form that a template supports. `writesCallsAlone`: the template writes calls only for messages without
 * content.
 */
export function suitedMessages(
  messages: readonly ChatMessage[],
  caps: TemplateCaps,
  { writesCallsAlone = false }: { readonly writesCallsAlone?: boolean } = {},
): readonly JsonObject[] {
  const turns = caps.supports_system_role ? messages : withoutSystem(messages);
  const suitedTurns = turns.map(turn => suited(turn, caps));
  return writesCallsAlone ? suitedTurns.flatMap(callsAlone) : suitedTurns;
}

/** Splits a message with content and calls into one with the content and one with the calls. */
function callsAlone(message: JsonObject): readonly JsonObject[] {
  const { tool_calls: calls, ...spoken } = message;
  if (calls === undefined) return [message];
  const called = { ...message, content: null };
  return message.content === '' ? [called] : [spoken, called];
}

/** Moves the system message into the next message, for templates without a system role. */
function withoutSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [system, next, ...rest] = messages;
  if (system?.role !== 'system') return messages;
  if (next === undefined) return [];
  const content = `${contentText(system.content)}\n${contentText(next.content)}`;
  return [{ ...next, content }, ...rest];
}

/** Converts one message to the form that the template supports. */
function suited(message: ChatMessage, caps: TemplateCaps): JsonObject {
  const { content, tool_calls, reasoning_content } = message;
  // gpt-oss uses this name for thoughts. Its template rejects them next to content if the message has calls.
  const hasThoughts = reasoning_content !== undefined && !(tool_calls && content.length > 0);
  return {
    ...message,
    ...(hasThoughts && { thinking: reasoning_content }),
    content: suitedContent(content, caps),
    ...(tool_calls && caps.supports_object_arguments && { tool_calls: tool_calls.map(withObjectArguments) }),
    ...(tool_calls && !caps.supports_object_arguments && { tool_calls: tool_calls.map(withTextArguments) }),
  };
}

function suitedContent(content: ChatMessage['content'], caps: TemplateCaps): ChatMessage['content'] {
  if (!caps.supports_typed_content) return contentText(content);
  if (caps.supports_string_content || typeof content !== 'string') return content;
  return [{ type: 'text', text: content }];
}

function withObjectArguments(call: ToolCall): ToolCall {
  const { name, arguments: given } = call.function;
  if (typeof given !== 'string') return call;
  try {
    const parsed: unknown = JSON.parse(given);
    if (isJsonObject(parsed)) return { ...call, function: { name, arguments: parsed } };
  } catch {
    // Arguments that are not JSON stay text.
  }
  return call;
}

function withTextArguments(call: ToolCall): ToolCall {
  const { name, arguments: given } = call.function;
  if (typeof given === 'string') return call;
  return { ...call, function: { name, arguments: JSON.stringify(given) } };
}
