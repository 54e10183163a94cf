import { isJsonObject, isStringArray, type JsonObject, presentFields } from '../../http/json.ts';
import { invalid, readTexts, textOf } from './blocks.ts';
import { anthropicMessages } from './messages.ts';
import { chatToolChoice } from './toolChoice.ts';

/** llama-server's default. Anthropic's API has none; the field is required there. */
const DEFAULT_MAX_TOKENS = 4096;

/** llama-server's budget if thinking is enabled without one. */
const DEFAULT_THINKING_BUDGET = 10_000;

/** Fields with the same meaning in a chat. */
const SHARED_FIELDS = ['temperature', 'top_p', 'top_k', 'stream', 'chat_template_kwargs'] as const;

/**
 * Converts a request for Anthropic's Messages to one for a chat completion. Fields that Anthropic does not have are ignored, but a
 * trace, which a message has no place for, is refused.
 * Throws `invalid_request` with the path of a faulty field.
 */
export function chatBodyOfAnthropic(request: JsonObject): JsonObject {
  const body = presentFields(request);
  const shared = SHARED_FIELDS.filter(name => Object.hasOwn(body, name)).map(name => [name, body[name]]);
  if (body.speculation_trace === true) {
    throw invalid('speculation_trace', "has no place in a message. Ask '/v1/chat/completions' for it");
  }
  const tools = toolsOf(body.tools);
  return {
    messages: [...systemMessage(body.system), ...anthropicMessages(body.messages)],
    ...(tools && { tools }),
    ...chatToolChoice(body.tool_choice),
    ...responseFormatOf(body),
    ...stopOf(body.stop_sequences),
    max_tokens: body.max_tokens ?? DEFAULT_MAX_TOKENS,
    // The first event of a stream needs the number of cached prompt tokens.
    timings_per_token: true,
    ...Object.fromEntries(shared),
    ...thinkingOf(body.thinking),
  };
}

function systemMessage(system: unknown): JsonObject[] {
  if (system === undefined) return [];
  return [{ role: 'system', content: readTexts(system, 'system').map(withSteadyStamp).join('') }];
}

/**
 * Replaces the changing part of a header that Claude Code puts in front of its system prompt. The header has no meaning for the
 * model, but a different one in every request would end prefix reuse right at the start.
 */
function withSteadyStamp(text: string): string {
  return text.replace(/^(x-anthropic-billing-header:.*?cch=).{5};/s, '$1fffff;');
}

function toolsOf(tools: unknown): JsonObject[] | null {
  if (tools === undefined) return null;
  if (!Array.isArray(tools)) throw invalid('tools', 'must be a list');
  return tools.map((tool, i) => chatTool(tool, `tools.${i}`));
}

function chatTool(tool: unknown, place: string): JsonObject {
  if (!isJsonObject(tool)) throw invalid(place, "must be an object with a 'name'");
  const { name, description = '', input_schema = {} } = presentFields(tool);
  return {
    type: 'function',
    function: {
      name: textOf(name, `${place}.name`),
      description: textOf(description, `${place}.description`),
      parameters: input_schema,
    },
  };
}

/** Converts `output_config.format`, or `output_format`, its former name, to the chat's `response_format`. */
function responseFormatOf({ output_config = {}, output_format }: JsonObject): JsonObject {
  if (!isJsonObject(output_config)) throw invalid('output_config', 'must be an object');
  const { format = output_format } = presentFields(output_config);
  if (format === undefined) return {};
  const { type, schema } = presentFields(format);
  if (type !== 'json_schema' || schema === undefined) {
    const place = format === output_format ? 'output_format' : 'output_config.format';
    throw invalid(place, "must be an object with the type 'json_schema' and a 'schema'");
  }
  return { response_format: { type, json_schema: { schema } } };
}

function stopOf(sequences: unknown): JsonObject {
  if (sequences === undefined) return {};
  if (!isStringArray(sequences)) throw invalid('stop_sequences', 'must be a list of strings');
  return { stop: sequences };
}

function thinkingOf(thinking: unknown): JsonObject {
  if (!isJsonObject(thinking) || thinking.type !== 'enabled') return {};
  const { budget_tokens } = thinking;
  return {
    thinking_budget_tokens: typeof budget_tokens === 'number' ? budget_tokens : DEFAULT_THINKING_BUDGET,
  };
}
