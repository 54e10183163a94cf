import type { Hono } from 'hono';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { AnswerSyntax } from '../chat/answerReader.ts';
import { type ChatContext, renderChat } from '../chat/prompt.ts';
import { readChatRequest } from '../chat/request.ts';
import { type CompletionDeps, complete } from '../completion/completion.ts';
import type { CompletionFormat } from '../completion/completionFormat.ts';
import { tokenizePrompts } from '../completion/prompt.ts';
import type { JsonObject } from '../http/json.ts';
import { jsonResponse, readJsonObject } from '../http/jsonBody.ts';
import { createAnthropicFormat } from './anthropic/format.ts';
import { chatBodyOfAnthropic } from './anthropic/request.ts';
import { createChatFormat } from './openai/chatFormat.ts';
import { createResponsesFormat } from './responses/format.ts';
import { chatBodyOfResponses } from './responses/request.ts';

/** Chat API: its routes, the conversion of its requests to `/v1/chat/completions`, and its response formats. */
interface Dialect {
  readonly paths: readonly string[];
  /** Route that counts the tokens of a prompt, below the main routes, and the `object` of its response. */
  readonly count: { readonly path: string; readonly object?: string };
  chatBody(body: JsonObject): JsonObject;
  /** `request` is the original body. */
  createFormat(
    model: string,
    syntax: AnswerSyntax,
    request: JsonObject,
    tokenizer: Tokenizer,
  ): CompletionFormat;
}

const DIALECTS: readonly Dialect[] = [
  {
    paths: ['/chat/completions', '/v1/chat/completions'],
    count: { path: 'input_tokens', object: 'response.input_tokens' },
    chatBody: body => body,
    createFormat: createChatFormat,
  },
  {
    paths: ['/responses', '/v1/responses'],
    count: { path: 'input_tokens', object: 'response.input_tokens' },
    chatBody: chatBodyOfResponses,
    createFormat: createResponsesFormat,
  },
  {
    paths: ['/v1/messages'],
    count: { path: 'count_tokens' },
    chatBody: chatBodyOfAnthropic,
    createFormat: createAnthropicFormat,
  },
];

/** Adds the routes that take a conversation: its answer, its prompt, and its number of tokens. */
export function addChatRoutes(routes: Hono, chat: ChatContext, completion: CompletionDeps): void {
  for (const { paths, count, chatBody, createFormat } of DIALECTS) {
    for (const path of paths) {
      routes.post(path, async ({ req: { raw } }) => {
        const request = await readJsonObject(raw);
        const { body, params, syntax } = readChatRequest(chatBody(request), chat);
        const format = createFormat(completion.context.model, syntax, request, chat.tokenizer);
        return complete(body, raw.signal, format, completion, params);
      });
      routes.post(`${path}/${count.path}`, async ({ req: { raw } }) => {
        const { text: prompt } = renderChat(chatBody(await readJsonObject(raw)), chat);
        const [tokens] = tokenizePrompts({ prompt }, chat.tokenizer);
        return jsonResponse({ input_tokens: tokens.length, ...(count.object && { object: count.object }) });
      });
    }
  }
  routes.post('/v1/chat/completions/control', async ({ req: { raw } }) =>
    jsonResponse(completion.running.control(await readJsonObject(raw))),
  );
  routes.post('/apply-template', async ({ req: { raw } }) =>
    jsonResponse({ prompt: renderChat(await readJsonObject(raw), chat).text }),
  );
}
