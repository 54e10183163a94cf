import { ForetokenError } from '../../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { anthropicMessages } from './messages.ts';
import { chatToolChoice } from './toolChoice.ts';

/** llama-server's; Anthropic's API has none, there the field must be given. */
const DEFAULT_MAX_TOKENS = 4096;

/** llama-server's, where thinking is enabled without a budget. */
const DEFAULT_THINKING_BUDGET = 10_000;

/** Fields that mean the same in a chat. */
const SHARED_FIELDS = ['temperature', 'top_p', 'top_k', 'stream', 'chat_template_kwargs'] as const;

/** A request for Anthropic's Messages as one for a chat completion. Other fields than theirs have no effect. */
export function chatBodyOfAnthropic(body: JsonObject): JsonObject {
  const { messages, tools, tool_choice, stop_sequences, max_tokens = DEFAULT_MAX_TOKENS } = body;
  if (messages === undefined) throw new ForetokenError('internal', "'messages' is required");
  const shared = SHARED_FIELDS.filter(name => Object.hasOwn(body, name)).map(name => [name, body[name]]);
  return {
    messages: [...systemMessage(body.system), ...anthropicMessages(messages)],
    ...(Array.isArray(tools) && { tools: tools.map(chatTool) }),
    ...chatToolChoice(tool_choice),
    ...(stop_sequences !== undefined && { stop: stop_sequences }),
    max_tokens,
    // The first event of a stream tells how much of the prompt was in the cache.
    timings_per_token: true,
    ...Object.fromEntries(shared),
    ...thinkingOf(body.thinking),
  };
}

function systemMessage(system: unknown): JsonObject[] {
  if (system === undefined || system === null) return [];
  const texts = Array.isArray(system)
    ? system.flatMap(block => (isJsonObject(block) && block.type === 'text' ? [textOf(block.text)] : []))
    : [textOf(system)];
  return [{ role: 'system', content: texts.map(withSteadyStamp).join('') }];
}

/**
 * Claude Code opens its system prompt with a stamp that is another in every request; as part of the prompt it says
 * nothing, and the cache of the conversation would end at it.
 */
function withSteadyStamp(text: string): string {
  return text.replace(/^(x-anthropic-billing-header:.*?cch=).{5};/s, '$1fffff;');
}

function chatTool(tool: unknown): JsonObject {
  const { name, description, input_schema = {} }: JsonObject = isJsonObject(tool) ? tool : {};
  return {
    type: 'function',
    function: { name: textOf(name), description: textOf(description), parameters: input_schema },
  };
}

function thinkingOf(thinking: unknown): JsonObject {
  if (!isJsonObject(thinking) || thinking.type !== 'enabled') return {};
  const { budget_tokens } = thinking;
  return {
    thinking_budget_tokens: typeof budget_tokens === 'number' ? budget_tokens : DEFAULT_THINKING_BUDGET,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
