import type { TokenId } from '../../forward/forward.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../http/json.ts';
import type { ChatParams } from '../params/chatParams.ts';
import type { Constraint } from '../params/grammarConstraint.ts';
import { literal } from '../params/jsonSchema/notation.ts';
import { RuleSet } from '../params/jsonSchema/ruleSet.ts';
import { addSchema } from '../params/jsonSchema/schemaToGrammar.ts';
import type { ThinkingLimit } from '../params/thinkingLimit.ts';
import { refuseUnbuilt, UNBUILT_IN_CHATS } from '../params/unbuiltFields.ts';
import { type AnswerSyntax, CALL_ID_LENGTH, type ReadAnswer, readPlainAnswer } from './answerReader.ts';
import { type ChatContext, type ChatPrompt, renderChat } from './prompt.ts';
import { endOfThoughts, type ThinkingTags, withThoughts } from './thinking.ts';
import { readChannels } from './tools/channels.ts';
import { withCalls } from './tools/toolCalls.ts';
import { fixedTexts, type ToolFormat } from './tools/toolFormat.ts';
import { readToolUse, type ToolUse } from './tools/toolUse.ts';
import { untilMark } from './tools/untilMark.ts';

/** A chat request in the words of `/completion`, what chats add to that, and how the answers are read. */
export interface ChatRequest {
  readonly body: JsonObject;
  readonly params: ChatParams;
  readonly syntax: AnswerSyntax;
}

/**
 * Reads the chat request `body`: the conversation becomes the prompt, OpenAI's fields llama-server's, and everything else
 * stays as it is. Throws whatever is wrong with what belongs to chats alone.
 */
export function readChatRequest(body: JsonObject, context: ChatContext): ChatRequest {
  refuseUnbuilt(body, UNBUILT_IN_CHATS);
  const schema = jsonSchemaOf(body);
  const prompt = renderChat(body, context);
  const { tags } = prompt;
  const channels = channelFormat(prompt);
  const toolUse = schema === undefined ? readToolUse(body, prompt) : null;
  const format = toolUse?.format ?? channels;
  const marks = [...(tags ? [tags.start, tags.end] : []), ...(format ? fixedTexts(format) : [])];
  return {
    body: {
      ...body,
      prompt: prompt.text,
      reasoning_format: prompt.reasoning.format,
      ...(schema !== undefined && { json_schema: schema }),
      ...nProbsOf(body),
    },
    params: {
      isParsed: context.template.kind === 'jinja',
      opener: prompt.opener,
      constraint: toolUse?.constraint ?? schemaConstraint(schema, prompt),
      preserved: preservedTokens(marks, context.tokenizer),
      thinking: tags && thinkingLimit(prompt, tags, context.tokenizer),
    },
    syntax: {
      read: readerOf(prompt, toolUse),
      callIdLength: toolUse?.format.idLength ?? CALL_ID_LENGTH,
    },
  };
}

/** The format of a model that answers in channels, whether it may call tools or not; null for any other. */
function channelFormat({ template }: ChatPrompt): ToolFormat | null {
  const format = template.kind === 'jinja' ? template.toolFormat : null;
  return format?.call.kind === 'channel' ? format : null;
}

function readerOf(prompt: ChatPrompt, toolUse: ToolUse | null): ReadAnswer {
  const { tags, isThinking, reasoning } = prompt;
  if (channelFormat(prompt)) return readChannels(reasoning.format === 'none');
  const readRest = toolUse ? withCalls(toolUse.format, toolUse.tools) : readPlainAnswer;
  return tags === null || reasoning.format === 'none' ? readRest : withThoughts(readRest, tags, isThinking);
}

/** The answer has to follow the schema, and the thoughts before it may be any; null where the schema alone says it all. */
function schemaConstraint(schema: unknown, prompt: ChatPrompt): Constraint | null {
  const { tags, isThinking } = prompt;
  if (schema === undefined || tags === null) return null;
  const rules = new RuleSet();
  if (channelFormat(prompt)) {
    const thoughts = `(${literal(tags.start)} ${untilMark(tags.end, rules)} "<|start|>assistant")?`;
    const header = '"<|channel|>final" (" "? "<|constrain|>"? "json")? "<|message|>"';
    rules.add('root', `${thoughts} ${header} ${addSchema(schema, 'answer', rules)}`);
    return { grammar: rules.toGrammar(), findStart: null, isLazy: false, words: [] };
  }
  if (!isThinking) return null;
  rules.add('root', `[ \\n]{0,8} ${addSchema(schema, 'answer', rules)}`);
  const findStart = (text: string) => endOfThoughts(text, tags);
  return { grammar: rules.toGrammar(), findStart, isLazy: false, words: [] };
}

/** The special tokens in `texts`: they would not be seen in the answer. */
function preservedTokens(texts: readonly string[], tokenizer: Tokenizer): TokenId[] {
  const tokens = texts.flatMap(text =>
    tokenizer
      .encode(text, { addSpecial: false, parseSpecial: true })
      // A character that the vocabulary lacks is a special token as well, but not one of the text.
      .filter(token => tokenizer.isSpecial(token) && text.includes(tokenizer.pieceText(token)))
      // One that ends the answer is not seen in any case.
      .filter(token => !tokenizer.eogTokens.includes(token)),
  );
  return [...new Set(tokens)];
}

function thinkingLimit(
  { reasoning, isThinking }: ChatPrompt,
  { start, end }: ThinkingTags,
  tokenizer: Tokenizer,
): ThinkingLimit | null {
  const { budget, budgetMessage, isControlled } = reasoning;
  if (budget < 0 && !isControlled) return null;
  const encode = (text: string) => tokenizer.encode(text, { addSpecial: false, parseSpecial: true });
  return {
    start: encode(start),
    end: encode(end),
    forced: encode(budgetMessage + end),
    budget: budget < 0 ? Number.POSITIVE_INFINITY : budget,
    isOpen: isThinking,
    isControlled,
  };
}

/** The schema that the answer has to follow; undefined for none. */
function jsonSchemaOf({ response_format, json_schema, grammar }: JsonObject): unknown {
  if (json_schema !== undefined && json_schema !== null && typeof grammar === 'string' && grammar !== '') {
    throw new ForetokenError('invalid_request', 'Cannot use both json_schema and grammar');
  }
  if (!isJsonObject(response_format)) return undefined;
  const { type, schema, json_schema: wrapper } = response_format;
  switch (type) {
    case 'json_object':
      return schema ?? json_schema ?? {};
    case 'json_schema':
      return (isJsonObject(wrapper) ? wrapper.schema : undefined) ?? {};
    case 'text':
    case '':
      return undefined;
    default:
      if (typeof type !== 'string') return undefined;
      throw new ForetokenError(
        'invalid_request',
        `response_format type must be one of "text" or "json_object", but got: ${type}`,
      );
  }
}

/** llama-server's default for `logprobs` without `top_logprobs`. */
const DEFAULT_TOP_LOGPROBS = 20;

function nProbsOf({ logprobs, top_logprobs }: JsonObject): JsonObject {
  if (logprobs === true) {
    return { n_probs: typeof top_logprobs === 'number' ? top_logprobs : DEFAULT_TOP_LOGPROBS };
  }
  if (top_logprobs === undefined || top_logprobs === null) return {};
  throw new ForetokenError('invalid_request', 'top_logprobs requires logprobs to be set to true');
}
