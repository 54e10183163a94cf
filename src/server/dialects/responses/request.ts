import { ForetokenError } from '../../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { responsesMessages } from './messages.ts';
import { chatToolChoice } from './toolChoice.ts';

/**
 * A request for OpenAI's Responses as one for a chat completion. Fields of both, and llama-server's own, stay as they
 * are. Throws `invalid_request`, in llama-server's words, for what cannot be said in a chat.
 */
export function chatBodyOfResponses(body: JsonObject): JsonObject {
  const {
    input,
    instructions,
    previous_response_id,
    max_output_tokens,
    reasoning,
    tools,
    tool_choice,
    text,
    ...rest
  } = body;
  if (input === undefined) throw invalid("'input' is required");
  if (typeof previous_response_id === 'string' && previous_response_id !== '') {
    throw invalid(
      "'previous_response_id' is not supported: no response is kept. Send the whole conversation as 'input'",
    );
  }
  const system = Object.hasOwn(body, 'instructions')
    ? [{ role: 'system', content: typeof instructions === 'string' ? instructions : '' }]
    : [];
  const chatTools = toolsOf(tools);
  return {
    ...rest,
    messages: [...system, ...responsesMessages(input)],
    // There is one response.
    n: 1,
    n_cmpl: 1,
    ...(chatTools.length > 0 && { tools: chatTools }),
    ...chatToolChoice(tool_choice),
    ...(max_output_tokens !== undefined && { max_tokens: max_output_tokens }),
    ...(isJsonObject(reasoning) && reasoning.effort !== undefined && { reasoning_effort: reasoning.effort }),
    ...responseFormatOf(text),
  };
}

/** Functions only: what OpenAI runs on its own servers has no counterpart in a chat. */
function toolsOf(tools: unknown): JsonObject[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw invalid("'tools' must be an array of objects");
  return tools.filter(isJsonObject).flatMap(({ type, ...definition }) => {
    if (type !== 'function') return [];
    return [{ type, function: { strict: true, ...definition } }];
  });
}

/** `text.format`, which names the schema of the answer, under the name that chats have for it. */
function responseFormatOf(text: unknown): JsonObject {
  if (!isJsonObject(text) || !isJsonObject(text.format)) return {};
  const { type, ...format } = text.format;
  if (type === 'json_schema') return { response_format: { type, json_schema: format } };
  return { response_format: { type } };
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_request', message);
}
