// A server with a model that gives scripted answers, for the tests of clients.
import { sayingServer } from './sayingServer.ts';

/** Body of a chat that a server was asked to answer. */
export interface ChatBody {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly [field: string]: unknown;
}

/** Template with calls of tools, of Hermes' kind. */
const TEMPLATE = `{# <tool_call> "arguments" #}{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}{% if add_generation_prompt %}A:{% endif %}`;

/** Number of tokens that one conversation may have; every character is a token. */
export const CONTEXT = 1024;

/** Server as clients have it, and the chats that it was asked to answer, in order. */
export interface AnsweringServer {
  readonly server: { fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> };
  readonly chats: ChatBody[];
}

/** Gives `answers` in turn. */
export function answeringServer(...answers: string[]): AnsweringServer {
  const chats: ChatBody[] = [];
  const idle = sayingServer('', { chatTemplate: TEMPLATE }).server;
  const server: AnsweringServer['server'] = {
    async fetch(input, init = {}) {
      init.signal?.throwIfAborted();
      const { pathname: path } = new URL(input instanceof Request ? input.url : input, 'http://page');
      const body = typeof init.body === 'string' ? JSON.parse(init.body) : {};
      if (path !== '/v1/chat/completions' || body.max_tokens === 0) {
        return idle.fetch(new Request(new URL(path, 'http://page'), init));
      }
      chats.push(body);
      try {
        return await sayingServer(answers.shift() ?? '', { chatTemplate: TEMPLATE }).post(path, body);
      } catch {
        // The other has thrown its response away.
        return idle.post(path, body);
      }
    },
  };
  return { server, chats };
}
