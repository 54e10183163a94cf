import type { TokenId } from '../../forward/forward.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../http/json.ts';
import type { ChatParams } from '../params/chatParams.ts';
import type { ThinkingLimit } from '../params/thinkingLimit.ts';
import { refuseUnbuilt, UNBUILT_IN_CHATS } from '../params/unbuiltFields.ts';
import { type AnswerSyntax, CALL_ID_LENGTH, type ReadAnswer, readPlainAnswer } from './answerReader.ts';
import { type ChatContext, type ChatPrompt, renderChat } from './prompt.ts';
import { schemaConstraint } from './schemaConstraint.ts';
import { type ThinkingTags, withThoughts } from './thinking.ts';
import { readChannels } from './tools/channels.ts';
import { withCalls } from './tools/toolCalls.ts';
import { CHANNEL_MARKS, fixedTexts } from './tools/toolFormat.ts';
import { readToolUse, type ToolUse } from './tools/toolUse.ts';

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
  const toolUse = schema === undefined ? readToolUse(body, prompt) : null;
  const marks = [
    ...(tags ? [tags.start, tags.end] : []),
    ...(toolUse ? fixedTexts(toolUse.format) : []),
    ...(prompt.isInChannels ? CHANNEL_MARKS : []),
  ];
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
      constraint: toolUse?.constraint ?? (schema === undefined ? null : schemaConstraint(schema, prompt)),
      preserved: preservedTokens(marks, context.tokenizer),
      thinking: tags && thinkingLimit(prompt, tags, context.tokenizer),
    },
    syntax: {
      read: readerOf(prompt, toolUse),
      callIdLength: toolUse?.format.idLength ?? CALL_ID_LENGTH,
    },
  };
}

function readerOf(prompt: ChatPrompt, toolUse: ToolUse | null): ReadAnswer {
  const { tags, isThinking, reasoning, isInChannels } = prompt;
  if (isInChannels) return readChannels(reasoning.format === 'none');
  const readRest = toolUse ? withCalls(toolUse.format, toolUse.tools) : readPlainAnswer;
  return tags === null || reasoning.format === 'none' ? readRest : withThoughts(readRest, tags, isThinking);
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
