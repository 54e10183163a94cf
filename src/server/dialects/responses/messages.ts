import { ForetokenError } from '../../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';

/**
 * `input` of a request for Responses as messages of a chat. What the assistant did in one turn are several items there,
 * and one message here: its thoughts, what it said, and its calls.
 */
export function responsesMessages(input: unknown): JsonObject[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input)) throw invalid("'input' must be a string or array of objects");
  const messages: JsonObject[] = [];
  for (const item of input) {
    const { turn, message } = readItem(item);
    const before = messages.at(-1);
    if (turn === 'assistant' && before?.role === 'assistant') messages.pop();
    messages.push(turn === 'assistant' && before?.role === 'assistant' ? merged(before, message) : message);
  }
  return messages;
}

interface ReadItem {
  readonly turn: 'assistant' | 'other';
  readonly message: JsonObject;
}

function readItem(item: unknown): ReadItem {
  if (!isJsonObject(item)) throw unknownItem();
  const { type, role } = item;
  switch (type) {
    case 'function_call':
      return { turn: 'assistant', message: { role: 'assistant', tool_calls: [readCall(item)] } };
    case 'function_call_output':
      return { turn: 'other', message: readCallOutput(item) };
    case 'reasoning':
      return { turn: 'assistant', message: readReasoning(item) };
    case 'message':
    case undefined:
      if (role === 'assistant') return { turn: 'assistant', message: readMessage(item, readOutputPart) };
      if (role === 'user' || role === 'system' || role === 'developer') {
        return { turn: 'other', message: readMessage(item, readInputPart) };
      }
  }
  throw unknownItem();
}

/** Both messages in one: parts and calls in order, the later thoughts. */
function merged(before: JsonObject, after: JsonObject): JsonObject {
  const parts = [...list(before.content), ...list(after.content)];
  const calls = [...list(before.tool_calls), ...list(after.tool_calls)];
  return {
    ...before,
    ...after,
    ...((before.content !== undefined || after.content !== undefined) && { content: parts }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function readMessage(
  { type: _, status: __, content, ...rest }: JsonObject,
  readPart: (part: unknown) => JsonObject,
): JsonObject {
  if (typeof content === 'string') return { ...rest, content: [{ type: 'text', text: content }] };
  if (!Array.isArray(content)) throw unknownItem();
  return { ...rest, content: content.map(readPart) };
}

function readInputPart(part: unknown): JsonObject {
  const { type, text, image_url }: JsonObject = isJsonObject(part) ? part : {};
  switch (type) {
    case 'input_text':
      if (text === undefined) throw invalid("'Input text' requires 'text'");
      return { type: 'text', text };
    case 'input_image':
      if (image_url === undefined) throw invalid("'image_url' is required");
      return { type: 'image_url', image_url: { url: image_url } };
    case 'input_file':
      throw invalid("'input_file' is not supported: send its text as 'input_text'");
    default:
      throw invalid("'type' must be one of 'input_text', 'input_image', or 'input_file'");
  }
}

function readOutputPart(part: unknown): JsonObject {
  const { type, text, refusal }: JsonObject = isJsonObject(part) ? part : {};
  switch (type) {
    case 'output_text':
    case 'input_text':
      if (typeof text !== 'string') throw invalid("'Output text' requires 'text'");
      return { type: 'text', text };
    case 'refusal':
      if (typeof refusal !== 'string') throw invalid("'Refusal' requires 'refusal'");
      return { type: 'text', text: refusal };
    default:
      throw invalid("'type' must be one of 'output_text' or 'refusal'");
  }
}

function readCall({ name, arguments: given, call_id }: JsonObject): JsonObject {
  if (typeof name !== 'string' || typeof given !== 'string' || typeof call_id !== 'string') {
    throw unknownItem();
  }
  return { type: 'function', function: { name, arguments: given }, id: call_id };
}

function readCallOutput({ call_id, output }: JsonObject): JsonObject {
  if (typeof call_id !== 'string') throw unknownItem();
  if (typeof output === 'string') return { role: 'tool', tool_call_id: call_id, content: output };
  if (!Array.isArray(output)) throw unknownItem();
  const content = output.map(part => {
    const { type }: JsonObject = isJsonObject(part) ? part : {};
    if (type === undefined) throw invalid("Output of tool call missing 'type' field");
    if (type !== 'input_text' && type !== 'input_image') {
      throw invalid("Output of tool call should be 'Input text' or 'Input image'");
    }
    return readInputPart(part);
  });
  return { role: 'tool', tool_call_id: call_id, content };
}

function readReasoning({ content }: JsonObject): JsonObject {
  if (!Array.isArray(content)) throw invalid("item['content'] is not an array");
  if (content.length === 0) throw invalid("item['content'] is empty");
  const [first] = content;
  if (!isJsonObject(first) || typeof first.text !== 'string') {
    throw invalid("item['content']['text'] is not a string");
  }
  return { role: 'assistant', content: [], reasoning_content: first.text };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function unknownItem(): ForetokenError {
  return invalid("Cannot determine type of 'item'");
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_request', message);
}
