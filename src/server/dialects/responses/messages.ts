import { invalid } from '../../http/invalid.ts';
import { type JsonObject, presentFields } from '../../http/json.ts';

/**
 * Converts `input` of a Responses request to chat messages. One turn of the assistant is several items in Responses and one
 * message in a chat: thoughts, text and calls. Throws `invalid_request` with the path of a faulty field.
 */
export function responsesMessages(input: unknown): JsonObject[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input)) throw invalid("'input' must be a string or array of objects");
  const messages: JsonObject[] = [];
  for (const [i, item] of input.entries()) {
    for (const message of itemMessages(item, `input[${i}]`)) {
      const before = messages.at(-1);
      const isSameTurn = message.role === 'assistant' && before?.role === 'assistant';
      if (isSameTurn) messages.pop();
      messages.push(isSameTurn ? merged(before, message) : message);
    }
  }
  return messages;
}

/** Converts an item to a chat message. Encrypted thoughts become none. */
function itemMessages(item: unknown, place: string): JsonObject[] {
  const { type, role, ...rest } = presentFields(item);
  switch (type) {
    case 'function_call':
      return [{ role: 'assistant', tool_calls: [readCall(rest, place)] }];
    case 'function_call_output':
      return [readCallOutput(rest, place)];
    case 'reasoning':
      return readReasoning(rest, place);
    case 'message':
    case undefined:
      if (role === 'assistant') return [{ role, ...readMessage(rest, place, readOutputPart) }];
      if (role === 'user' || role === 'system' || role === 'developer') {
        return [{ role, ...readMessage(rest, place, readInputPart) }];
      }
      throw invalid(
        `${place}: Cannot determine type of 'item': it has neither a type nor the role of a message`,
      );
    default:
      throw invalid(
        `${place}: items of type ${JSON.stringify(type)} are not supported: leave it out, or send its text in a message`,
      );
  }
}

/** Joins two messages of one turn: thoughts, parts and calls in order. */
function merged(before: JsonObject, after: JsonObject): JsonObject {
  const thoughts = [before.reasoning_content, after.reasoning_content].filter(text => text !== undefined);
  const parts = [...list(before.content), ...list(after.content)];
  const calls = [...list(before.tool_calls), ...list(after.tool_calls)];
  return {
    ...before,
    ...after,
    ...(thoughts.length > 0 && { reasoning_content: thoughts.join('\n\n') }),
    ...((before.content !== undefined || after.content !== undefined) && { content: parts }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

type ReadPart = (part: JsonObject, place: string) => JsonObject;

function readMessage(
  { status: _, content, ...rest }: JsonObject,
  place: string,
  readPart: ReadPart,
): JsonObject {
  if (typeof content === 'string') return { ...rest, content: [{ type: 'text', text: content }] };
  return { ...rest, content: readParts(content, `${place}.content`, readPart) };
}

function readParts(parts: unknown, place: string, readPart: ReadPart): JsonObject[] {
  if (!Array.isArray(parts)) throw invalid(`${place}: must be a string or array of objects`);
  return parts.map((part, i) => readPart(presentFields(part), `${place}[${i}]`));
}

const readInputPart: ReadPart = ({ type, text, image_url }, place) => {
  switch (type) {
    case 'input_text':
      return { type: 'text', text: textOf(text, `${place}.text`) };
    case 'input_image':
      return { type: 'image_url', image_url: { url: textOf(image_url, `${place}.image_url`) } };
    case 'input_file':
      throw invalid(`${place}: 'input_file' is not supported: send its text as 'input_text'`);
    default:
      throw invalid(`${place}: 'type' must be one of 'input_text', 'input_image', or 'input_file'`);
  }
};

const readOutputPart: ReadPart = ({ type, text, refusal }, place) => {
  switch (type) {
    case 'output_text':
    case 'input_text':
      return { type: 'text', text: textOf(text, `${place}.text`) };
    case 'refusal':
      return { type: 'text', text: textOf(refusal, `${place}.refusal`) };
    default:
      throw invalid(`${place}: 'type' must be one of 'output_text' or 'refusal'`);
  }
};

function readCall({ name, arguments: given, call_id }: JsonObject, place: string): JsonObject {
  return {
    type: 'function',
    function: { name: textOf(name, `${place}.name`), arguments: textOf(given, `${place}.arguments`) },
    id: textOf(call_id, `${place}.call_id`),
  };
}

function readCallOutput({ call_id, output }: JsonObject, place: string): JsonObject {
  const content = typeof output === 'string' ? output : readParts(output, `${place}.output`, readInputPart);
  return { role: 'tool', tool_call_id: textOf(call_id, `${place}.call_id`), content };
}

/** Reads the thoughts of a reasoning item, or else their summary. Encrypted content cannot be read and is ignored. */
function readReasoning({ content, summary }: JsonObject, place: string): JsonObject[] {
  const thoughts = readThoughts(content, `${place}.content`) || readThoughts(summary, `${place}.summary`);
  return thoughts === '' ? [] : [{ role: 'assistant', content: [], reasoning_content: thoughts }];
}

function readThoughts(parts: unknown, place: string): string {
  if (parts === undefined) return '';
  return readParts(parts, place, ({ text }, at) => ({ text: textOf(text, `${at}.text`) }))
    .map(({ text }) => text)
    .join('\n\n');
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== 'string') throw invalid(`${place}: must be a string`);
  return value;
}
