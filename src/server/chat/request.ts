import type { TokenId } from '../../forward/forward.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { integer, readFields, soft } from '../http/fields.ts';
import { type JsonObject, presentFields } from '../http/json.ts';
import type { ChatParams } from '../params/chatParams.ts';
import type { ThinkingLimit } from '../params/thinkingLimit.ts';
import { refuseUnbuilt, UNBUILT_IN_CHATS } from '../params/unbuiltFields.ts';
import { type AnswerSyntax, CALL_ID_LENGTH, type ReadAnswer, readPlainAnswer } from './answerReader.ts';
import { type ChatContext, type ChatPrompt, renderChat } from './prompt.ts';
import { responseSchema } from './responseFormat.ts';
import { schemaConstraint } from './schemaConstraint.ts';
import { type ThinkingTags, withThoughts } from './thinking.ts';
import { readChannels } from './tools/channels.ts';
import { withCalls } from './tools/toolCalls.ts';
import { CHANNEL_MARKS, fixedTexts } from './tools/toolFormat.ts';
import { readToolUse, type ToolUse } from './tools/toolUse.ts';

/** Chat request as a `/completion` request, with the additions of a chat and the format of its answers. */
export interface ChatRequest {
  readonly body: JsonObject;
  readonly params: ChatParams;
  readonly syntax: AnswerSyntax;
}

/**
 * Reads the chat request `body`: renders the conversation as the prompt, converts OpenAI's fields to llama-server's and keeps all
 * others. Throws the error of a faulty chat field.
 */
export function readChatRequest(body: JsonObject, context: ChatContext): ChatRequest {
  refuseUnbuilt(body, UNBUILT_IN_CHATS);
  const schema = responseSchema(body);
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

/** Special tokens in `texts`, which would otherwise be missing from the answer's text. */
function preservedTokens(texts: readonly string[], tokenizer: Tokenizer): TokenId[] {
  const tokens = texts.flatMap(text =>
    tokenizer
      .encode(text, { addSpecial: false, parseSpecial: true })
      // A character that the vocabulary lacks becomes a special token (unknown) too, but not one that the text means.
      .filter(token => tokenizer.isSpecial(token) && text.includes(tokenizer.pieceText(token)))
      // An end-of-generation token is never part of the text.
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

/** `top_logprobs` of a chat; 20 by default, as in llama-server. */
const topLogprobs = integer('top_logprobs', 20, soft(0));

function nProbsOf(body: JsonObject): JsonObject {
  // A completion expects the number of alternatives in `logprobs`.
  if (body.logprobs === true)
    return { n_probs: null, logprobs: readFields({ topLogprobs }, body).topLogprobs };
  if (presentFields(body).top_logprobs === undefined) return {};
  throw new ForetokenError('invalid_request', 'top_logprobs requires logprobs to be set to true');
}
