import { type Fetch, jsonEvents, postJson } from '../../../client/jsonRequest.ts';
import type { ChatCompletionChunk } from '../../../protocol/openai.ts';
import { type AnswerEvent, readChatChunk } from './readChat.ts';

/** Sends a chat to a server whose slots have a context of `nCtx`, and yields what its answer says. Throws the error of the response or within it, and the signal's reason. */
export async function* streamChat(
  { fetch, nCtx }: { readonly fetch: Fetch; readonly nCtx: number },
  body: object,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent, void, undefined> {
  const response = await postJson(fetch, '/v1/chat/completions', body, signal);
  for await (const chunk of jsonEvents(response)) yield* readChatChunk(chunk as ChatCompletionChunk, nCtx);
}
