import type { Hono } from 'hono';
import { type CompletionDeps, complete } from '../completion.ts';
import { jsonResponse, readJsonObject } from '../jsonBody.ts';
import { createChatFormat } from '../openai/chatFormat.ts';
import { tokenizePrompts } from '../prompt.ts';
import { type ChatContext, renderChat } from './prompt.ts';
import { completionBody } from './request.ts';

/** Adds what takes a conversation instead of a prompt: the answer to it, the prompt it becomes, and how long that is. */
export function addChatRoutes(routes: Hono, chat: ChatContext, completion: CompletionDeps): void {
  for (const path of ['/chat/completions', '/v1/chat/completions']) {
    routes.post(path, async ({ req: { raw } }) => {
      const body = completionBody(await readJsonObject(raw), chat);
      return complete(body, raw.signal, createChatFormat(completion.context.model), completion);
    });
    routes.post(`${path}/input_tokens`, async ({ req: { raw } }) => {
      const prompt = renderChat(await readJsonObject(raw), chat);
      const [tokens] = tokenizePrompts({ prompt }, chat.tokenizer);
      return jsonResponse({ input_tokens: tokens.length, object: 'response.input_tokens' });
    });
  }
  routes.post('/apply-template', async ({ req: { raw } }) =>
    jsonResponse({ prompt: renderChat(await readJsonObject(raw), chat) }),
  );
}
