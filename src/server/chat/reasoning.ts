import type { ReasoningFormat, ResolvedOptions } from '../../protocol/options.ts';
import { ForetokenError } from '../../util/errors.ts';
import { readFields } from '../http/fields.ts';
import { isJsonObject, type JsonObject } from '../http/json.ts';
import { reasoningFormatField } from '../params/reasoningFormats.ts';

/** Server options that concern chats. */
export type ChatSettings = Pick<
  ResolvedOptions,
  | 'chatTemplateKwargs'
  | 'prefillAssistant'
  | 'reasoning'
  | 'reasoningBudget'
  | 'reasoningBudgetMessage'
  | 'reasoningFormat'
>;

/** Thinking options of a chat request, with the server's as defaults. */
export interface ReasoningOptions {
  readonly format: ReasoningFormat;
  /** Templates' variable `enable_thinking`. */
  readonly isEnabled: boolean;
  /** Variables for the template, without its standard ones. */
  readonly variables: JsonObject;
  /** Maximum number of thinking tokens; -1 for no limit. */
  readonly budget: number;
  /** Text that ends the thoughts when the budget is used up. */
  readonly budgetMessage: string;
  /** True if a client may end the thoughts while they are generated. */
  readonly isControlled: boolean;
}

/** Reads the options and throws with llama-server's messages. `canThink`: the template supports thoughts. */
export function readReasoning(body: JsonObject, settings: ChatSettings, canThink: boolean): ReasoningOptions {
  const given = isJsonObject(body.chat_template_kwargs) ? body.chat_template_kwargs : {};
  const variables: JsonObject = { ...thinkingVariable(settings), ...settings.chatTemplateKwargs, ...given };
  const { reasoning_effort: effort } = body;
  const isWanted =
    readEnableThinking(variables.enable_thinking) ?? (canThink && settings.reasoning !== 'off');
  return {
    format: readFields({ format: reasoningFormatField(settings) }, body).format,
    isEnabled: isWanted && effort !== 'none',
    variables: withEffort(variables, effort),
    budget: readBudget(body, settings),
    budgetMessage: stringOr(body.reasoning_budget_message, settings.reasoningBudgetMessage),
    isControlled: body.reasoning_control === true,
  };
}

function thinkingVariable({ reasoning }: ChatSettings): JsonObject {
  return reasoning === 'auto' ? {} : { enable_thinking: reasoning === 'on' };
}

/** Values that are not booleans are ignored, except a string, which is an error. */
function readEnableThinking(value: unknown): boolean | null {
  if (typeof value === 'string') {
    throw new ForetokenError(
      'invalid_request',
      'invalid type for "enable_thinking" (expected boolean, got string)',
    );
  }
  return typeof value === 'boolean' ? value : null;
}

/** Adds the requested effort, which overrides the variable of that name; the effort `none` removes the variable. */
function withEffort(variables: JsonObject, effort: unknown): JsonObject {
  if (typeof effort !== 'string' || effort === '') return variables;
  const { reasoning_effort: _, ...others } = variables;
  return effort === 'none' ? others : { ...others, reasoning_effort: effort };
}

function readBudget(body: JsonObject, { reasoningBudget }: ChatSettings): number {
  const given = [body.reasoning_budget_tokens, body.thinking_budget_tokens].find(
    value => typeof value === 'number',
  );
  const budget = Math.trunc(Number(given ?? -1));
  return budget < 0 ? reasoningBudget : budget;
}

function stringOr(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}
