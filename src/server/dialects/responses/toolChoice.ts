import { ForetokenError } from '../../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';

/**
 * `tool_choice` of a request for Responses, which has names where a chat has functions, in the words of a chat. Throws
 * `invalid_request` for a choice of another form; one that is a text is left to the chat.
 */
export function chatToolChoice(choice: unknown): JsonObject {
  if (choice === undefined || choice === null) return {};
  if (typeof choice === 'string') return { tool_choice: choice };
  if (isJsonObject(choice)) {
    const { type, mode, tools } = choice;
    if (type === 'function') return { tool_choice: functionOf(choice) };
    if (type === 'allowed_tools' && Array.isArray(tools)) {
      return { tool_choice: { type, allowed_tools: { mode, tools: tools.map(functionOf) } } };
    }
  }
  throw unknownForm(choice);
}

function functionOf(choice: unknown): JsonObject {
  const { type, name }: JsonObject = isJsonObject(choice) ? choice : {};
  if (type !== 'function' || typeof name !== 'string') throw unknownForm(choice);
  return { type, function: { name } };
}

function unknownForm(choice: unknown): ForetokenError {
  const message = `tool_choice: ${JSON.stringify(choice)} is none. It has to be "auto", "none", "required", {"type": "function", "name": …}, or {"type": "allowed_tools", "mode": "auto" or "required", "tools": […]} with functions only`;
  return new ForetokenError('invalid_request', message);
}
