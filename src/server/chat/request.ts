import type { TokenId } from '../../forward/forward.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { integer, readFields, soft } from '../http/fields.ts';
import { type JsonObject, presentFields } from '../http/json.ts';
import type { ChatParams } from '../params/chatParams.ts';
import type { Constraint } from '../params/grammarConstraint.ts';
import { RuleSet } from '../params/jsonSchema/ruleSet.ts';
import { addSchema } from '../params/jsonSchema/schemaToGrammar.ts';
import type { ThinkingLimit } from '../params/thinkingLimit.ts';
import { refuseUnbuilt, UNBUILT_IN_CHATS } from '../params/unbuiltFields.ts';
import { type AnswerSyntax, CALL_ID_LENGTH, readPlainAnswer } from './answerReader.ts';
import { type ChatContext, type ChatPrompt, renderChat } from './prompt.ts';
import { responseSchema } from './responseFormat.ts';
import { endOfThoughts, type ThinkingTags, withThoughts } from './thinking.ts';
import { withCalls } from './tools/toolCalls.ts';
import { fixedTexts } from './tools/toolFormat.ts';
import { readToolUse } from './tools/toolUse.ts';

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
  const schema = responseSchema(body);
  const prompt = renderChat(body, context);
  const { tags, isThinking, reasoning } = prompt;
  const schemaConstraint =
    schema === undefined || tags === null || !isThinking ? null : schemaBehindThoughts(schema, tags);
  const toolUse = schema === undefined ? readToolUse(body, prompt) : null;
  const readRest = toolUse ? withCalls(toolUse.format) : readPlainAnswer;
  const thinks = tags !== null && reasoning.format !== 'none';
  const marks = [...(tags ? [tags.start, tags.end] : []), ...(toolUse ? fixedTexts(toolUse.format) : [])];
  return {
    body: {
      ...body,
      prompt: prompt.text,
      reasoning_format: reasoning.format,
      ...(schema !== undefined && { json_schema: schema }),
      ...nProbsOf(body),
    },
    params: {
      isParsed: context.template.kind === 'jinja',
      opener: prompt.opener,
      constraint: toolUse?.constraint ?? schemaConstraint,
      preserved: preservedTokens(marks, context.tokenizer),
      thinking: tags && thinkingLimit(prompt, tags, context.tokenizer),
    },
    syntax: {
      read: thinks ? withThoughts(readRest, tags, isThinking) : readRest,
      callIdLength: toolUse?.format.idLength ?? CALL_ID_LENGTH,
    },
  };
}

/** The answer has to follow the schema, and the thoughts before it may be any. */
function schemaBehindThoughts(schema: unknown, tags: ThinkingTags): Constraint {
  const rules = new RuleSet();
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
      .filter(token => tokenizer.isSpecial(token) && text.includes(tokenizer.pieceText(token))),
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

/** `top_logprobs` of a chat; llama-server's default is 20. */
const topLogprobs = integer('top_logprobs', 20, soft(0));

function nProbsOf(body: JsonObject): JsonObject {
  // A completion takes the number of alternatives as `logprobs`.
  if (body.logprobs === true)
    return { n_probs: null, logprobs: readFields({ topLogprobs }, body).topLogprobs };
  if (presentFields(body).top_logprobs === undefined) return {};
  throw new ForetokenError('invalid_request', 'top_logprobs requires logprobs to be set to true');
}
