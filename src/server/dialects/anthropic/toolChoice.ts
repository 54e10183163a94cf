import { ForetokenError } from '../../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';

/** Converts Anthropic's `tool_choice` to a chat's. Throws `invalid_request` for any other form. */
export function chatToolChoice(choice: unknown): JsonObject {
  if (choice === undefined || choice === null) return {};
  if (!isJsonObject(choice)) throw unknownForm(choice);
  return {
    tool_choice: modeOf(choice),
    ...(choice.disable_parallel_tool_use === true && { parallel_tool_calls: false }),
  };
}

function modeOf(choice: JsonObject): string | JsonObject {
  switch (choice.type) {
    case 'auto':
    case 'none':
      return choice.type;
    case 'any':
      return 'required';
    case 'tool':
      if (typeof choice.name === 'string') return { type: 'function', function: { name: choice.name } };
  }
  throw unknownForm(choice);
}

function unknownForm(choice: unknown): ForetokenError {
  const message = `tool_choice: ${JSON.stringify(choice)} is none. It has to be an object with the type "auto", "any", "none", or "tool" with the "name" of one`;
  return new ForetokenError('invalid_request', message);
}
