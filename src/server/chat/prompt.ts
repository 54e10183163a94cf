import type { Tokenizer } from '../../tokenizer/index.ts';
import { assertNever } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { JsonObject } from '../http/json.ts';
import { type Continuation, readContinuation } from './continuation.ts';
import { formatMessages } from './formatters.ts';
import { type ChatMessage, contentText, readMessages } from './messages.ts';
import { type ChatSettings, type ReasoningOptions, readReasoning } from './reasoning.ts';
import { suitedMessages } from './suited.ts';
import type { ChatTemplate, JinjaChatTemplate } from './template.ts';
import { type ThinkingTags, thinkingTagsOf } from './thinking.ts';
import { readTools, type ToolOptions } from './tools/tools.ts';

/** Template, tokenizer and settings that turn a conversation into a prompt. */
export interface ChatContext {
  readonly template: ChatTemplate;
  readonly tokenizer: Tokenizer;
  readonly settings: ChatSettings;
}

/** Rendered conversation, with the information needed to parse the answer. */
export interface ChatPrompt {
  readonly text: string;
  /** End of the text, which opens the answer. */
  readonly opener: string;
  /** Tags of thoughts if the model thinks, and whether the prompt ends inside thoughts. */
  readonly tags: ThinkingTags | null;
  readonly isThinking: boolean;
  /** True if the model answers in channels, as gpt-oss does. */
  readonly isInChannels: boolean;
  readonly reasoning: ReasoningOptions;
  readonly tools: ToolOptions;
  readonly template: ChatTemplate;
}

/** Renders the prompt of the chat request `body`. Throws the error of a faulty conversation. */
export function renderChat(body: JsonObject, context: ChatContext): ChatPrompt {
  const { tokenizer, settings } = context;
  const tools = readTools(body);
  const template = templateFor(tools, context.template);
  if (template.kind === 'formatter') checkNoTools(tools);
  const tags = template.kind === 'jinja' ? thinkingTagsOf(template.source) : null;
  const reasoning = readReasoning(body, settings, tags !== null);
  const messages = readMessages(body);
  const addOpener = body.add_generation_prompt !== false;
  const continuation = readContinuation(body, messages, settings.prefillAssistant);
  const isInChannels = template.kind === 'jinja' && template.toolFormat?.call.kind === 'channel';
  const known = { tags, isInChannels, reasoning, tools, template };
  switch (template.kind) {
    case 'formatter': {
      const text = formatMessages(template.formatter, messages, addOpener);
      return { ...known, text, opener: '', isThinking: false };
    }
    case 'jinja': {
      const turns = continuation ? messages.slice(0, -1) : messages;
      const { closed, before, opener: own } = renderJinja(template, turns, tools, reasoning, tokenizer);
      const opener = continuation ? continued(own, continuation, tags) : addOpener ? own : '';
      const text = withoutAddedTokens(continuation || addOpener ? before + opener : closed, tokenizer);
      return { ...known, text, opener, isThinking: tags !== null && endsInThoughts(text, opener, tags) };
    }
    case 'unusable':
      throw template.error;
    default:
      return assertNever(template);
  }
}

function templateFor({ tools }: ToolOptions, template: ChatTemplate): ChatTemplate {
  return template.kind === 'jinja' && tools.length > 0 ? (template.toolUse ?? template) : template;
}

/** Renders the conversation twice, closed and open for an answer, and splits the open one before its opener. */
function renderJinja(
  { jinja, caps, writesCallsAlone }: JinjaChatTemplate,
  turns: readonly ChatMessage[],
  { tools }: ToolOptions,
  { isEnabled, variables }: ReasoningOptions,
  tokenizer: Tokenizer,
): { closed: string; before: string; opener: string } {
  const render = (addGenerationPrompt: boolean) =>
    jinja.render({
      messages: suitedMessages(turns, caps, { writesCallsAlone }),
      tools,
      bosToken: specialText(tokenizer.bos, tokenizer),
      eosToken: specialText(tokenizer.eos, tokenizer),
      addGenerationPrompt,
      enableThinking: isEnabled,
      extra: variables,
    });
  const [closed, opened] = [render(false), render(true)];
  let nSame = 0;
  while (nSame < closed.length && closed[nSame] === opened[nSame]) nSame++;
  return { closed, before: opened.slice(0, nSame), opener: opened.slice(nSame) };
}

/** Opener plus the beginning of the answer. Thoughts are closed before content starts. */
function continued(opener: string, { message, part }: Continuation, tags: ThinkingTags | null): string {
  const content = part === 'content' ? contentText(message.content, '\n\n') : '';
  if (tags === null) return opener + content;
  const [outside] = opener.split(tags.start);
  const thoughts = `${tags.start}${message.reasoning_content ?? ''}`;
  return part === 'content'
    ? `${outside}${thoughts}${tags.end}${tags.afterEnd ?? ''}${content}`
    : outside + thoughts;
}

/** Some templates open an answer whether or not they are asked to. */
function endsInThoughts(text: string, opener: string, { start, end }: ThinkingTags): boolean {
  return opener.lastIndexOf(start) > opener.lastIndexOf(end) || text.trimEnd().endsWith(start);
}

/** Removes special tokens at both ends that the tokenizer would add again. */
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
  if (tools.length > 0) throw new ForetokenError('invalid_request', 'tools param requires --jinja flag');
  if (choice !== 'auto')
    throw new ForetokenError('invalid_request', 'tool_choice param requires --jinja flag');
}
