import { ForetokenError } from '../../../util/errors.ts';
import type { JsonObject } from '../../http/json.ts';
import type { Constraint } from '../../params/grammarConstraint.ts';
import type { ChatPrompt } from '../prompt.ts';
import { endOfThoughts } from '../thinking.ts';
import { findCalls } from './toolCalls.ts';
import { findToolFormat, firstWord, GENERIC_TOOL_FORMAT, type ToolFormat } from './toolFormat.ts';
import { toolGrammar } from './toolGrammar.ts';

/** How an answer may call tools. */
export interface ToolUse {
  readonly format: ToolFormat;
  readonly constraint: Constraint;
}

/** How the answer to a chat may call tools; null if it cannot. Throws where the request asks for more than that. */
export function readToolUse(body: JsonObject, prompt: ChatPrompt): ToolUse | null {
  const { tools, choice } = prompt.tools;
  if (tools.length === 0 || choice === 'none') return null;
  if (Object.hasOwn(body, 'grammar')) throw invalid('Cannot use custom grammar constraints with tools.');
  if (body.logprobs === true && body.stream === true) {
    throw invalid('logprobs is not supported with tools + stream');
  }
  const format = formatOf(prompt);
  if (format === null) return null;
  const { template } = prompt;
  const supportsParallel = template.kind === 'jinja' && template.caps.supports_parallel_tool_calls;
  const parallel =
    typeof body.parallel_tool_calls === 'boolean' ? body.parallel_tool_calls : supportsParallel;
  const isLazy = choice === 'auto';
  const constraint = {
    grammar: toolGrammar(format, tools, parallel),
    findStart: isLazy ? findLazyStart(prompt, format) : findRequiredStart(prompt),
    isLazy,
    words: isLazy ? [firstWord(format) || '{"name"'] : [],
  };
  return { format, constraint };
}

/** A model that was never told of tools is not taken to call any, unless it has to. */
function formatOf({ template, tools: { choice } }: ChatPrompt): ToolFormat | null {
  if (template.kind !== 'jinja') return null;
  const known = findToolFormat(template.source);
  if (known !== null) return known;
  const { supports_tools, supports_tool_calls } = template.caps;
  return supports_tools || supports_tool_calls || choice === 'required' ? GENERIC_TOOL_FORMAT : null;
}

/** Calls are told from text behind the thoughts, by the same rule that reads them. */
function findLazyStart({ tags, isThinking }: ChatPrompt, format: ToolFormat): Constraint['findStart'] {
  return text => {
    const thinks = tags !== null && (isThinking || text.trimStart().startsWith(tags.start));
    const from = thinks ? endOfThoughts(text, tags) : 0;
    const start = from === null ? null : findCalls(text.slice(from), format);
    return from === null || start === null ? null : from + start;
  };
}

function findRequiredStart({ tags, isThinking }: ChatPrompt): Constraint['findStart'] {
  return tags !== null && isThinking ? text => endOfThoughts(text, tags) : null;
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_request', message);
}
