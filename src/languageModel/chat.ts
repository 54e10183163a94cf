import type { Foretoken } from '../client/foretoken.ts';
import { checked, jsonEvents, postJson } from '../client/jsonRequest.ts';
import type { ChatCompletionChunk, ChatDelta, FinishReason } from '../protocol/openai.ts';
import type { ChatMessage, ToolCall } from './messages.ts';
import type { LanguageModelTool } from './shape.ts';

const CHAT = '/v1/chat/completions';

/** Part of a server that sessions use. */
export type ChatServer = Pick<Foretoken, 'fetch'>;

/** Chat to answer: the conversation, and the fields that stay the same for a session. */
export interface Chat {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly LanguageModelTool[];
  readonly schema?: object;
  readonly sampling?: { readonly temperature: number; readonly top_k: number };
}

/** Event of an answer. */
export type AnswerEvent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'end'; readonly reason: FinishReason; readonly calls: readonly ToolCall[] };

/** Context and sampling of a server: tokens per conversation, temperature, top-k. */
export interface ServerDefaults {
  readonly contextWindow: number;
  readonly temperature: number;
  readonly topK: number;
}

/** Reads the defaults of `server`. */
export async function readDefaults(server: ChatServer): Promise<ServerDefaults> {
  const response = await checked(await server.fetch('/props'));
  const { n_ctx, params } = (await response.json()).default_generation_settings;
  return { contextWindow: n_ctx, temperature: params.temperature, topK: params.top_k };
}

/**
 * Counts the tokens of a conversation, ready for its answer if `isOpen`; 0 for an empty one. One that waits for a question is
 * counted with an empty question.
 */
export async function countTokens(
  server: ChatServer,
  chat: Chat,
  isOpen: boolean,
  signal: AbortSignal,
): Promise<number> {
  if (chat.messages.length === 0) return 0;
  const counted = isAsking(chat) ? chat : { ...chat, messages: [...chat.messages, NO_QUESTION] };
  const body = { ...bodyOf(counted), ...(!isOpen && { add_generation_prompt: false }) };
  const response = await postJson(server.fetch, `${CHAT}/input_tokens`, body, signal);
  return (await response.json()).input_tokens;
}

/** Decodes a conversation into the cache of a slot, so that its continuation starts sooner. */
export async function prefill(server: ChatServer, chat: Chat, signal: AbortSignal): Promise<void> {
  if (!isAsking(chat)) return;
  const body = { ...bodyOf(chat), add_generation_prompt: false, max_tokens: 0 };
  await (await postJson(server.fetch, CHAT, body, signal)).arrayBuffer();
}

/** Streams the answer to a chat. Throws the server's errors as `ForetokenError`s. */
export async function* answerTo(
  server: ChatServer,
  chat: Chat,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const response = await postJson(server.fetch, CHAT, { ...bodyOf(chat), stream: true }, signal);
  const calls: ToolCall[] = [];
  for await (const event of jsonEvents(response)) {
    for (const { delta, finish_reason } of (event as ChatCompletionChunk).choices) {
      if ('content' in delta && delta.content) yield { kind: 'text', text: delta.content };
      if ('tool_calls' in delta) addCalls(calls, delta.tool_calls);
      if (finish_reason !== null) yield { kind: 'end', reason: finish_reason, calls };
    }
  }
}

/**
 * Stands for the question that is yet to come: templates of some models refuse a conversation without any, and the server
 * continues a last message of the assistant instead of closing it.
 */
const NO_QUESTION: ChatMessage = { role: 'user', content: '' };

function isAsking({ messages }: Chat): boolean {
  const last = messages.at(-1);
  return last?.role === 'user' || last?.role === 'tool' || isPrefix(last);
}

function isPrefix(message: ChatMessage | undefined): boolean {
  return message?.role === 'assistant' && message.prefix === true;
}

function bodyOf({ messages, tools, schema, sampling }: Chat): object {
  return {
    messages: messages.map(message => {
      if (message.role !== 'assistant') return message;
      const { prefix: _, ...rest } = message;
      return rest;
    }),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema }) => ({
        type: 'function',
        function: { name, description, parameters: inputSchema },
      })),
    }),
    ...(schema && { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } }),
    ...(isPrefix(messages.at(-1)) && { continue_final_message: true, add_generation_prompt: false }),
    ...sampling,
  };
}

type CallDeltas = Extract<ChatDelta, { readonly tool_calls: readonly unknown[] }>['tool_calls'];

/** Adds the deltas of calls to the calls so far. */
function addCalls(calls: ToolCall[], deltas: CallDeltas): void {
  for (const delta of deltas) {
    const { index } = delta;
    if ('id' in delta) calls[index] = { id: delta.id, type: 'function', function: delta.function };
    else {
      const { function: begun, ...rest } = calls[index];
      calls[index] = {
        ...rest,
        function: { ...begun, arguments: begun.arguments + delta.function.arguments },
      };
    }
  }
}
