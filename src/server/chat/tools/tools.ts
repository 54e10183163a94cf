import { ForetokenError } from '../../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';

/** What a chat request says of tools. */
export interface ToolOptions {
  readonly tools: readonly JsonObject[];
  readonly choice: ToolChoice;
}

const TOOL_CHOICES = ['auto', 'none', 'required'] as const;
type ToolChoice = (typeof TOOL_CHOICES)[number];

/** Reads `tools` and `tool_choice`, in llama-server's words where they are wrong. */
export function readTools({ tools = null, tool_choice }: JsonObject): ToolOptions {
  if (tools !== null && !Array.isArray(tools)) throw unparsable('expected an array', tools);
  const checked = (tools ?? []).map(tool => {
    if (!isJsonObject(tool)) throw unparsable('expected a tool to be an object', tool);
    if (tool.type !== 'function') throw unparsable("the type of a tool must be 'function'", tool);
    if (!isJsonObject(tool.function) || typeof tool.function.name !== 'string') {
      throw unparsable("a tool needs a function with a 'name'", tool);
    }
    return tool;
  });
  return { tools: checked, choice: readChoice(tool_choice) };
}

/** A choice of another type, such as one certain function, counts as `auto`. */
function readChoice(choice: unknown): ToolChoice {
  if (typeof choice !== 'string') return 'auto';
  const known = TOOL_CHOICES.find(name => name === choice);
  if (known === undefined) throw new ForetokenError('invalid_request', `Invalid tool_choice: ${choice}`);
  return known;
}

function unparsable(what: string, where: unknown): ForetokenError {
  return new ForetokenError('internal', `Failed to parse tools: ${what}; got ${JSON.stringify(where)}`);
}
