import { ForetokenError } from '../../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';

/**
 * Converts `tool_choice` of a Responses request, which names functions directly, to a chat's. Throws `invalid_request` for any
 * other form; text values are left to the chat.
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
