import { isJsonObject, type JsonObject } from '../http/json.ts';
import type { TemplateCaps } from './caps.ts';
import { type ChatMessage, contentText, type ToolCall } from './messages.ts';

/**
 * The messages in the shape that a template can read. `writesCallsAlone`: the template writes calls only of messages without content.
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

/** What is said beside calls in a message of its own, and the calls without any content. */
function callsAlone(message: JsonObject): readonly JsonObject[] {
  const { tool_calls: calls, ...spoken } = message;
  if (calls === undefined) return [message];
  const called = { ...message, content: null };
  return message.content === '' ? [called] : [spoken, called];
}

/** For templates without a system role: what the system says opens the message behind it. */
function withoutSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [system, next, ...rest] = messages;
  if (system?.role !== 'system') return messages;
  if (next === undefined) return [];
  const content = `${contentText(system.content)}\n${contentText(next.content)}`;
  return [{ ...next, content }, ...rest];
}

/** The message in the shape that a template can read. */
function suited(message: ChatMessage, caps: TemplateCaps): JsonObject {
  const { content, tool_calls, reasoning_content } = message;
  // gpt-oss' name of thoughts. Its template refuses them beside words where there are calls.
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
    // What is no JSON stays the text it is.
  }
  return call;
}

function withTextArguments(call: ToolCall): ToolCall {
  const { name, arguments: given } = call.function;
  if (typeof given === 'string') return call;
  return { ...call, function: { name, arguments: JSON.stringify(given) } };
}
