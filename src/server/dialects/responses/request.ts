import { invalid } from '../../http/invalid.ts';
import { isJsonObject, isStringArray, type JsonObject, presentFields } from '../../http/json.ts';
import { responsesMessages } from './messages.ts';
import { chatToolChoice } from './toolChoice.ts';

/** Fields that refer to stored objects, which this server does not have, and the remedy for each. */
const KEPT_ELSEWHERE = {
  previous_response_id: "no response is kept. Send the whole conversation as 'input'",
  conversation: "no conversation is kept. Send the whole conversation as 'input'",
  prompt: "no prompt is kept. Send its text as 'instructions' or 'input'",
} as const;

/**
 * Converts a request for OpenAI's Responses to one for a chat completion. Fields of both, and llama-server's own, stay as they
 * are. Throws `invalid_request` for a faulty field, and for one that a chat has no counterpart of.
 */
export function chatBodyOfResponses(request: JsonObject): JsonObject {
  const body = presentFields(request);
  const {
    input,
    instructions,
    max_output_tokens,
    reasoning,
    tools,
    tool_choice,
    text,
    include,
    top_logprobs,
    ...rest
  } = body;
  if (input === undefined) throw invalid("'input' is required");
  for (const [name, instead] of Object.entries(KEPT_ELSEWHERE)) {
    const value = body[name];
    if (value !== undefined && value !== '') throw invalid(`'${name}' is not supported: ${instead}`);
  }
  if (body.speculation_trace === true) {
    throw invalid("'speculation_trace' has no place in a response. Ask '/v1/chat/completions' for it");
  }
  const chatTools = toolsOf(tools);
  const { effort } = objectOf(reasoning, 'reasoning');
  return {
    ...rest,
    messages: [...systemMessage(instructions), ...responsesMessages(input)],
    // A response has one choice.
    n: 1,
    n_cmpl: 1,
    ...(chatTools.length > 0 && { tools: chatTools }),
    ...chatToolChoice(tool_choice),
    ...(max_output_tokens !== undefined && { max_tokens: max_output_tokens }),
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...responseFormatOf(text),
    ...logprobsOf(include, top_logprobs),
  };
}

function systemMessage(instructions: unknown): JsonObject[] {
  if (instructions === undefined) return [];
  if (typeof instructions !== 'string') throw invalid("'instructions' must be a string");
  return [{ role: 'system', content: instructions }];
}

/** Converts functions, and leaves out tools that OpenAI runs on its own servers. */
function toolsOf(tools: unknown): JsonObject[] {
  if (tools === undefined) return [];
  if (!Array.isArray(tools)) throw invalid("'tools' must be an array of objects");
  return tools.flatMap((tool, i) => {
    if (!isJsonObject(tool)) throw invalid(`'tools[${i}]' must be an object`);
    const { type, ...definition } = presentFields(tool);
    if (type !== 'function') return [];
    if (typeof definition.name !== 'string') throw invalid(`'tools[${i}].name' must be a string`);
    return [{ type, function: { strict: true, ...definition } }];
  });
}

/** Converts `text.format` to the chat's `response_format`. */
function responseFormatOf(text: unknown): JsonObject {
  const { format } = objectOf(text, 'text');
  if (format === undefined) return {};
  const { type, ...wrapper } = objectOf(format, 'text.format');
  return { response_format: { type, ...(type === 'json_schema' && { json_schema: wrapper }) } };
}

/** Converts the request for log-probabilities. `include` asks for them, and so does a number of alternatives. */
function logprobsOf(include: unknown, alternatives: unknown): JsonObject {
  if (include !== undefined && !isStringArray(include))
    throw invalid("'include' must be an array of strings");
  const isIncluded = include?.includes('message.output_text.logprobs') ?? false;
  if (!isIncluded && (alternatives === undefined || alternatives === 0)) return {};
  return { logprobs: true, top_logprobs: alternatives ?? 0 };
}

function objectOf(value: unknown, name: string): JsonObject {
  if (value === undefined) return {};
  if (!isJsonObject(value)) throw invalid(`'${name}' must be an object`);
  return presentFields(value);
}
