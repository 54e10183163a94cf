import type { Tokenizer } from '../../tokenizer/index.ts';
import { assertNever } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import type { TemplateCaps } from './caps.ts';
import { formatMessages } from './formatters.ts';
import { type ChatMessage, contentText, readMessages, type ToolCall } from './messages.ts';
import type { ChatTemplate } from './template.ts';
import { readTools, type ToolOptions } from './tools.ts';

/** What turns a conversation into a prompt. */
export interface ChatContext {
  readonly template: ChatTemplate;
  readonly tokenizer: Tokenizer;
}

/** The prompt of the chat request `body`, as text. Throws whatever is wrong with the conversation. */
export function renderChat(body: JsonObject, { template, tokenizer }: ChatContext): string {
  const tools = readTools(body);
  if (template.kind === 'formatter') checkNoTools(tools);
  checkReasoningFormat(body.reasoning_format);
  const messages = readMessages(body);
  const addGenerationPrompt = body.add_generation_prompt !== false;
  checkContinuation(body, messages, addGenerationPrompt);
  switch (template.kind) {
    case 'formatter':
      return formatMessages(template.formatter, messages, addGenerationPrompt);
    case 'jinja':
      return withoutAddedTokens(renderJinja(body, template, messages, tools, tokenizer), tokenizer);
    case 'unusable':
      throw template.error;
    default:
      return assertNever(template);
  }
}

/** A last message of the assistant is not a turn of its own: the answer goes on from its text. */
function renderJinja(
  body: JsonObject,
  { jinja, caps }: Extract<ChatTemplate, { readonly kind: 'jinja' }>,
  messages: readonly ChatMessage[],
  { tools }: ToolOptions,
  tokenizer: Tokenizer,
): string {
  const last = messages.at(-1);
  const prefill = last?.role === 'assistant' ? last : null;
  const turns = prefill ? messages.slice(0, -1) : messages;
  const extra = isJsonObject(body.chat_template_kwargs) ? body.chat_template_kwargs : {};
  const { reasoning_effort } = body;
  const prompt = jinja.render({
    messages: (caps.supports_system_role ? turns : withoutSystem(turns)).map(turn => suited(turn, caps)),
    tools,
    bosToken: specialText(tokenizer.bos, tokenizer),
    eosToken: specialText(tokenizer.eos, tokenizer),
    addGenerationPrompt: prefill !== null || body.add_generation_prompt !== false,
    enableThinking: reasoning_effort !== 'none' && readEnableThinking(extra.enable_thinking),
    extra: withEffort(extra, reasoning_effort),
  });
  return prefill ? prompt + contentText(prefill.content, '\n\n') : prompt;
}

/** For templates without a system role: what the system says opens the message behind it. */
function withoutSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const [system, next, ...rest] = messages;
  if (system?.role !== 'system') return messages;
  if (next === undefined) return [];
  const content = `${contentText(system.content)}\n${contentText(next.content)}`;
  return [{ ...next, content }, ...rest];
}

/** The effort that the request asks for counts, not the one among the variables; none means no variable. */
function withEffort(extra: JsonObject, effort: unknown): JsonObject {
  if (typeof effort !== 'string' || effort === '') return extra;
  const { reasoning_effort: _, ...others } = extra;
  return effort === 'none' ? others : { ...others, reasoning_effort: effort };
}

/** The message in the shape that a template can read. */
function suited(message: ChatMessage, caps: TemplateCaps): JsonObject {
  const { content, tool_calls } = message;
  return {
    ...message,
    content: suitedContent(content, caps),
    ...(tool_calls && caps.supports_object_arguments && { tool_calls: tool_calls.map(withObjectArguments) }),
    ...(tool_calls && !caps.supports_object_arguments && { tool_calls: tool_calls.map(withTextArguments) }),
  };
}

function suitedContent(content: ChatMessage['content'], caps: TemplateCaps): ChatMessage['content'] {
  if (!caps.supports_typed_content) return contentText(content);
  if (caps.supports_string_content || typeof content !== 'string') return content;
  return [{ type: 'text', text: content }];
}

function withObjectArguments(call: ToolCall): ToolCall {
  const { name, arguments: given } = call.function;
  if (typeof given !== 'string') return call;
  try {
    const parsed: unknown = JSON.parse(given);
    if (isJsonObject(parsed)) return { ...call, function: { name, arguments: parsed } };
  } catch {
    // What is no JSON stays the text it is.
  }
  return call;
}

function withTextArguments(call: ToolCall): ToolCall {
  const { name, arguments: given } = call.function;
  if (typeof given === 'string') return call;
  return { ...call, function: { name, arguments: JSON.stringify(given) } };
}

/** The text without a special token at either end that tokenizing would add a second time. */
function withoutAddedTokens(text: string, tokenizer: Tokenizer): string {
  const bos = specialText(tokenizer.bos, tokenizer);
  const eos = specialText(tokenizer.eos, tokenizer);
  let trimmed = text;
  if (tokenizer.addBos && bos !== '' && trimmed.startsWith(bos)) trimmed = trimmed.slice(bos.length);
  if (tokenizer.addEos && eos !== '' && trimmed.endsWith(eos)) trimmed = trimmed.slice(0, -eos.length);
  return trimmed;
}

function specialText(token: number, tokenizer: Tokenizer): string {
  return token >= 0 && token < tokenizer.nVocab ? tokenizer.pieceText(token) : '';
}

function checkNoTools({ tools, choice }: ToolOptions): void {
  if (tools.length > 0) throw new ForetokenError('internal', 'tools param requires --jinja flag');
  if (choice !== 'auto') throw new ForetokenError('internal', 'tool_choice param requires --jinja flag');
}

const REASONING_FORMATS: readonly unknown[] = ['none', 'auto', 'deepseek', 'deepseek-legacy'];

function checkReasoningFormat(format: unknown): void {
  if (format === undefined || format === null || REASONING_FORMATS.includes(format)) return;
  throw new ForetokenError('internal', `Unknown reasoning format: ${String(format)}`);
}

function checkContinuation(
  { continue_final_message: wanted }: JsonObject,
  messages: readonly ChatMessage[],
  addGenerationPrompt: boolean,
): void {
  if (wanted === 'reasoning_content') {
    throw new ForetokenError(
      'not_supported',
      "continue_final_message 'reasoning_content' is not supported; true continues the content",
    );
  }
  if ((wanted === true || wanted === 'content') && addGenerationPrompt) {
    throw invalid('Cannot set both add_generation_prompt and continue_final_message to true.');
  }
  const [before, last] = [messages.at(-2), messages.at(-1)];
  if (last?.role !== 'assistant') return;
  if (last.tool_calls) throw invalid('Cannot continue an assistant message that contains tool calls.');
  if (before?.role === 'assistant') {
    throw invalid('Cannot have 2 or more assistant messages at the end of the list.');
  }
}

function readEnableThinking(value: unknown): boolean {
  if (typeof value === 'string') {
    throw invalid('invalid type for "enable_thinking" (expected boolean, got string)');
  }
  return value !== false;
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_request', message);
}
