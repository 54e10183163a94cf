import type { ForetokenError } from '../../../util/errors.ts';
import { invalid } from '../../http/invalid.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';

/** Tool options of a chat request. */
export interface ToolOptions {
  /** All tools, as listed in the prompt. */
  readonly tools: readonly JsonObject[];
  /** Tools that may be called. */
  readonly callable: readonly JsonObject[];
  readonly choice: ToolChoice;
  /** True if the choice names one tool. It is called once, unless the request allows several calls. */
  readonly isNamed: boolean;
}

const TOOL_CHOICES = ['auto', 'none', 'required'] as const;
type ToolChoice = (typeof TOOL_CHOICES)[number];

/**
 * Reads `tools` and `tool_choice` in the form of OpenAI's chat completions. Throws `invalid_request` for malformed tools or
 * choices, and for a choice that cannot be satisfied.
 */
export function readTools({ tools = null, tool_choice }: JsonObject): ToolOptions {
  if (tools !== null && !Array.isArray(tools)) throw unparsable('expected an array', tools);
  const checked = (tools ?? []).map((tool, i) => {
    if (!isJsonObject(tool)) throw unparsable(`expected tools[${i}] to be an object`, tool);
    if (tool.type !== 'function') throw unparsable(`the type of tools[${i}] must be 'function'`, tool);
    if (!isJsonObject(tool.function) || typeof tool.function.name !== 'string') {
      throw unparsable(`tools[${i}] needs a function with a 'name'`, tool);
    }
    return tool;
  });
  const { choice, names, isNamed } = readChoice(tool_choice ?? 'auto');
  const callable = names === null ? checked : names.map(name => toolNamed(name, checked));
  if (choice === 'required' && callable.length === 0) {
    throw invalid('tool_choice wants a call, and there is no tool to be called: give it in "tools"');
  }
  return { tools: checked, callable, choice, isNamed };
}

/** `names`: tools to choose from; null for all. */
interface ReadChoice {
  readonly choice: ToolChoice;
  readonly names: readonly string[] | null;
  readonly isNamed: boolean;
}

function readChoice(choice: unknown): ReadChoice {
  if (typeof choice === 'string') {
    return { choice: readMode(choice, TOOL_CHOICES), names: null, isNamed: false };
  }
  if (isJsonObject(choice)) {
    switch (choice.type) {
      case 'function':
        return { choice: 'required', names: [functionNamed(choice)], isNamed: true };
      case 'allowed_tools':
        return readAllowed(choice.allowed_tools);
    }
  }
  throw unknownForm(choice);
}

function readAllowed(allowed: unknown): ReadChoice {
  const { mode, tools }: JsonObject = isJsonObject(allowed) ? allowed : {};
  if (!Array.isArray(tools) || typeof mode !== 'string') throw unknownForm({ allowed_tools: allowed });
  return { choice: readMode(mode, ['auto', 'required']), names: tools.map(functionNamed), isNamed: false };
}

function readMode<T extends ToolChoice>(mode: string, known: readonly T[]): T {
  const found = known.find(name => name === mode);
  if (found === undefined) throw invalid(`Invalid tool_choice: ${mode}`);
  return found;
}

function functionNamed(choice: unknown): string {
  const { type, function: definition }: JsonObject = isJsonObject(choice) ? choice : {};
  const name = isJsonObject(definition) ? definition.name : undefined;
  if (type !== 'function' || typeof name !== 'string') throw unknownForm(choice);
  return name;
}

function toolNamed(name: string, tools: readonly JsonObject[]): JsonObject {
  const found = tools.find(tool => isJsonObject(tool.function) && tool.function.name === name);
  if (found === undefined) throw invalid(`tool_choice names "${name}", and no tool in "tools" has this name`);
  return found;
}

function unknownForm(choice: unknown): ForetokenError {
  return invalid(
    `Invalid tool_choice: ${JSON.stringify(choice)}. It has to be "auto", "none", "required", ` +
      '{"type": "function", "function": {"name": …}}, or {"type": "allowed_tools", "allowed_tools": {"mode": "auto" or "required", "tools": […]}}',
  );
}

function unparsable(what: string, where: unknown): ForetokenError {
  return invalid(`Failed to parse tools: ${what}; got ${JSON.stringify(where)}`);
}
