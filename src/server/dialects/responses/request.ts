import { ForetokenError } from '../../../util/errors.ts';
import { isAbsent, isJsonObject, isStringArray, type JsonObject } from '../../http/json.ts';
import { responsesMessages } from './messages.ts';

/** What names something that OpenAI keeps, and what to send in its place. */
const KEPT_ELSEWHERE = {
  previous_response_id: "no response is kept. Send the whole conversation as 'input'",
  conversation: "no conversation is kept. Send the whole conversation as 'input'",
  prompt: "no prompt is kept. Send its text as 'instructions' or 'input'",
} as const;

/**
 * A request for OpenAI's Responses as one for a chat completion. Fields of both, and llama-server's own, stay as they
 * are. Throws `invalid_request` for what cannot be said in a chat.
 */
export function chatBodyOfResponses(body: JsonObject): JsonObject {
  const { input, instructions, max_output_tokens, reasoning, tools, text, include, top_logprobs, ...rest } =
    body;
  if (isAbsent(input)) throw invalid("'input' is required");
  for (const [name, instead] of Object.entries(KEPT_ELSEWHERE)) {
    const value = body[name];
    if (!isAbsent(value) && value !== '') throw invalid(`'${name}' is not supported: ${instead}`);
  }
  const chatTools = toolsOf(tools);
  const { effort } = objectOf(reasoning, 'reasoning');
  return {
    ...rest,
    messages: [...systemMessage(instructions), ...responsesMessages(input)],
    // There is one response.
    n: 1,
    n_cmpl: 1,
    ...(chatTools.length > 0 && { tools: chatTools }),
    ...(!isAbsent(max_output_tokens) && { max_tokens: max_output_tokens }),
    ...(!isAbsent(effort) && { reasoning_effort: effort }),
    ...responseFormatOf(text),
    ...logprobsOf(include, top_logprobs),
  };
}

function systemMessage(instructions: unknown): JsonObject[] {
  if (isAbsent(instructions)) return [];
  if (typeof instructions !== 'string') throw invalid("'instructions' must be a string");
  return [{ role: 'system', content: instructions }];
}

/** Functions only: what OpenAI runs on its own servers has no counterpart in a chat. */
function toolsOf(tools: unknown): JsonObject[] {
  if (isAbsent(tools)) return [];
  if (!Array.isArray(tools) || !tools.every(isJsonObject))
    throw invalid("'tools' must be an array of objects");
  return tools.flatMap(({ type, ...definition }) => {
    if (type !== 'function') return [];
    return [{ type, function: { strict: true, ...definition } }];
  });
}

/** `text.format`, which names the schema of the answer, under the name that chats have for it. */
function responseFormatOf(text: unknown): JsonObject {
  const { format } = objectOf(text, 'text');
  if (isAbsent(format)) return {};
  const { type, ...wrapper } = objectOf(format, 'text.format');
  return { response_format: { type, ...(type === 'json_schema' && { json_schema: wrapper }) } };
}

/** This API asks for log-probabilities by including them; a number of alternatives asks for them as well. */
function logprobsOf(include: unknown, alternatives: unknown): JsonObject {
  if (!isAbsent(include) && !isStringArray(include)) throw invalid("'include' must be an array of strings");
  const isIncluded = include?.includes('message.output_text.logprobs') ?? false;
  if (!isIncluded && (isAbsent(alternatives) || alternatives === 0)) return {};
  return { logprobs: true, top_logprobs: alternatives ?? 0 };
}

function objectOf(value: unknown, name: string): JsonObject {
  if (isAbsent(value)) return {};
  if (!isJsonObject(value)) throw invalid(`'${name}' must be an object`);
  return value;
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_request', message);
}
