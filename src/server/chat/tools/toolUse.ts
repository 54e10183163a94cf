import { invalid } from '../../http/invalid.ts';
import type { JsonObject } from '../../http/json.ts';
import type { Constraint } from '../../params/grammarConstraint.ts';
import type { ChatPrompt } from '../prompt.ts';
import { endOfThoughts } from '../thinking.ts';
import { type CallableTools, callableTools, findCalls } from './toolCalls.ts';
import { firstWord, GENERIC_TOOL_FORMAT, type ToolFormat } from './toolFormat.ts';
import { toolGrammar } from './toolGrammar.ts';

/** Tool calls of an answer: grammar, start and format. */
export interface ToolUse {
  readonly format: ToolFormat;
  readonly tools: CallableTools;
  readonly constraint: Constraint;
}

/**
 * Determines if and how the answer to a chat may call tools; null if it may not. Throws if the request asks for the impossible.
 */
export function readToolUse(body: JsonObject, prompt: ChatPrompt): ToolUse | null {
  const { callable, choice, isNamed } = prompt.tools;
  if (callable.length === 0 || choice === 'none') return null;
  if (typeof body.grammar === 'string' && body.grammar !== '') {
    throw invalid('Cannot use custom grammar constraints with tools.');
  }
  if (body.logprobs === true && body.stream === true) {
    throw invalid('logprobs is not supported with tools + stream');
  }
  const { template, tags, isThinking, reasoning } = prompt;
  const format = formatOf(prompt);
  if (format === null || template.kind !== 'jinja') return null;
  const parallel =
    typeof body.parallel_tool_calls === 'boolean'
      ? body.parallel_tool_calls
      : template.caps.supports_parallel_tool_calls && !isNamed;
  const tools = callableTools(callable);
  const isLazy = choice === 'auto';
  // A model that must call a tool may think first, whether or not the prompt opens the thoughts.
  const thoughts = !isLazy && !isThinking && reasoning.isEnabled ? tags : null;
  const constraint = {
    grammar: toolGrammar(format, callable, { parallel, thoughts }),
    findStart: isLazy ? findLazyStart(prompt, format, tools) : findRequiredStart(prompt),
    isLazy,
    words: isLazy ? [triggerWord(format)] : [],
  };
  return { format, tools, constraint };
}

/** Without tools in the prompt, a model is not expected to call any, unless the choice forces it. */
function formatOf({ template, tools: { choice } }: ChatPrompt): ToolFormat | null {
  if (template.kind !== 'jinja') return null;
  if (template.toolFormat !== null) return template.toolFormat;
  const { supports_tools, supports_tool_calls } = template.caps;
  return supports_tools || supports_tool_calls || choice === 'required' ? GENERIC_TOOL_FORMAT : null;
}

/** Word that introduces calls, shown by `/completion`. */
function triggerWord(format: ToolFormat): string {
  if (format.call.kind === 'channel') return 'to=functions.';
  return firstWord(format) || (format.call.kind === 'object' ? `{"${format.call.name}"` : '[');
}

/** Finds the start of calls, behind the thoughts, by the rule that also parses them. */
function findLazyStart(
  { tags, isThinking }: ChatPrompt,
  format: ToolFormat,
  tools: CallableTools,
): Constraint['findStart'] {
  // Channels already separate thoughts from calls.
  if (format.call.kind === 'channel') return text => findCalls(text, format, tools);
  return text => {
    const thinks = tags !== null && (isThinking || text.trimStart().startsWith(tags.start));
    const from = thinks ? endOfThoughts(text, tags) : 0;
    const start = from === null ? null : findCalls(text.slice(from), format, tools);
    return from === null || start === null ? null : from + start;
  };
}

function findRequiredStart({ tags, isThinking }: ChatPrompt): Constraint['findStart'] {
  return tags !== null && isThinking ? text => endOfThoughts(text, tags) : null;
}
