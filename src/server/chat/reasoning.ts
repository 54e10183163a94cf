import type { ReasoningFormat, ResolvedOptions } from '../../protocol/options.ts';
import { ForetokenError } from '../../util/errors.ts';
import { readFields } from '../http/fields.ts';
import { isJsonObject, type JsonObject } from '../http/json.ts';
import { reasoningFormatField } from '../params/reasoningFormats.ts';

/** Options of the server that are about chats. */
export type ChatSettings = Pick<
  ResolvedOptions,
  | 'chatTemplateKwargs'
  | 'prefillAssistant'
  | 'reasoning'
  | 'reasoningBudget'
  | 'reasoningBudgetMessage'
  | 'reasoningFormat'
>;

/** What a chat request, or else the server, says of thinking. */
export interface ReasoningOptions {
  readonly format: ReasoningFormat;
  /** What templates know as `enable_thinking`. */
  readonly isEnabled: boolean;
  /** Variables for the template, without what it gets anyway. */
  readonly variables: JsonObject;
  /** Most tokens of thoughts; -1 for no limit. */
  readonly budget: number;
  /** What the thoughts end with where the budget does. */
  readonly budgetMessage: string;
  /** Whether thinking may be ended while it goes on. */
  readonly isControlled: boolean;
}

/** Reads them, in llama-server's words where they are wrong. `canThink`: the template knows thoughts. */
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

/** What is no boolean says nothing, but a text is a mistake. */
function readEnableThinking(value: unknown): boolean | null {
  if (typeof value === 'string') {
    throw new ForetokenError(
      'invalid_request',
      'invalid type for "enable_thinking" (expected boolean, got string)',
    );
  }
  return typeof value === 'boolean' ? value : null;
}

/** The effort that the request asks for counts, not the one among the variables; none means no variable. */
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
