import type { ForetokenError } from '../../util/errors.ts';
import { invalid } from '../http/invalid.ts';
import { isJsonObject, type JsonObject, presentFields } from '../http/json.ts';

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface ToolCall {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string | JsonObject };
  readonly id?: string;
}

/** Turn of a conversation, with the field names that templates use. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string | readonly TextPart[];
  readonly reasoning_content?: string;
  readonly name?: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly ToolCall[];
}

/** Reads `messages` of a chat request. Throws `invalid_request` with llama-server's message. */
export function readMessages({ messages }: JsonObject): ChatMessage[] {
  if (messages === undefined) throw invalid("'messages' is required");
  if (!Array.isArray(messages)) throw invalid("Expected 'messages' to be an array");
  // A first check of all messages runs before any is parsed, so its errors come first, as in llama-server.
  const looked = messages.map(message => ({ message, content: readContent(message) }));
  return looked.map(({ message, content }) => readMessage(message, content));
}

/** Text of a content; parts are joined by `separator`. */
export function contentText(content: ChatMessage['content'], separator = '\n'): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join(separator);
}

function readContent(message: unknown): ChatMessage['content'] {
  const { role, content, tool_calls, refusal } = presentFields(message);
  // A message of OpenAI that only refuses has this field and no content.
  if (role === 'assistant' && content === undefined && typeof refusal === 'string') return refusal;
  // Content null means empty: clients send an answer without content back this way.
  if (!isJsonObject(message) || message.content === undefined) {
    if (role !== 'assistant') throw invalid("All non-assistant messages must contain 'content'");
    if (tool_calls === undefined) {
      throw invalid("Assistant message must contain either 'content' or 'tool_calls'!");
    }
  }
  if (typeof content === 'string') return content;
  if (content === undefined) return '';
  if (!Array.isArray(content)) throw invalid("Expected 'content' to be a string or an array");
  return content.map(part => readPart(part, role));
}

const MEDIA: Readonly<Record<string, string>> = {
  image_url: 'image',
  input_audio: 'audio',
  input_video: 'video',
  video_url: 'video',
};

function readPart(part: unknown, role: unknown): TextPart {
  const { type, text, refusal } = presentFields(part);
  // Refusals are parts of OpenAI's answers, and clients send them back.
  if (type === 'refusal' && role === 'assistant' && typeof refusal === 'string') {
    return { type: 'text', text: refusal };
  }
  const media = typeof type === 'string' && Object.hasOwn(MEDIA, type) ? MEDIA[type] : undefined;
  if (media) {
    throw invalid(`${media} input is not supported - hint: send text parts only`);
  }
  if (type !== 'text') throw invalid('unsupported content[].type');
  if (typeof text !== 'string') throw unparsable("Missing 'text' in content part", part);
  return { type, text };
}

function readMessage(message: unknown, content: ChatMessage['content']): ChatMessage {
  const { role, ...rest } = presentFields(message);
  if (typeof role !== 'string') throw unparsable("Missing 'role' in message", message);
  const calls = rest.tool_calls ?? [];
  if (!Array.isArray(calls)) throw unparsable("'tool_calls' must be an array", message);
  return {
    role: role === 'developer' ? 'system' : role,
    content,
    ...(calls.length > 0 && { tool_calls: calls.map(readToolCall) }),
    ...(typeof rest.reasoning_content === 'string' && { reasoning_content: rest.reasoning_content }),
    ...(typeof rest.name === 'string' && { name: rest.name }),
    ...(typeof rest.tool_call_id === 'string' && { tool_call_id: rest.tool_call_id }),
  };
}

function readToolCall(call: unknown): ToolCall {
  if (!isJsonObject(call)) throw unparsable('Expected a tool call to be an object', call);
  const { type, id, function: called } = presentFields(call);
  if (type !== 'function') throw unparsable("Tool call type must be 'function'", call);
  if (!isJsonObject(called)) throw unparsable("Missing 'function' in tool call", call);
  const { name, arguments: given } = presentFields(called);
  if (typeof name !== 'string') throw unparsable("Missing 'name' in tool call", call);
  if (typeof given !== 'string' && !isJsonObject(given)) {
    throw unparsable("Missing 'arguments' in tool call", call);
  }
  return {
    type: 'function',
    function: { name, arguments: given },
    ...(typeof id === 'string' && { id }),
  };
}

function unparsable(what: string, where: unknown): ForetokenError {
  return invalid(`Failed to parse messages: ${what}: ${JSON.stringify(where)}`);
}
