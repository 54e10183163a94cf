import { domError } from './errors.ts';
import type { LanguageModelMessage, LanguageModelPrompt } from './shape.ts';

/** Call of a tool, in OpenAI's words. */
export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** Message of a chat request. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | {
      readonly role: 'assistant';
      readonly content: string;
      /** Whether the answer continues it. */
      readonly prefix?: boolean;
      readonly tool_calls?: readonly ToolCall[];
    }
  | { readonly role: 'tool'; readonly content: string; readonly tool_call_id: string };

const ROLES: readonly unknown[] = ['system', 'user', 'assistant'];

/**
 * Reads a prompt. A system message may only stand first, and only with `isFirst`, in an empty conversation. Throws `TypeError`
 * for malformed input and a misplaced system message, and a `DOMException`: `NotSupportedError` for what is not text,
 * `SyntaxError` for `prefix` anywhere but at the assistant's last message.
 */
export function readPrompt(input: LanguageModelPrompt, isFirst: boolean): ChatMessage[] {
  if (typeof input === 'string' || input.length === 0) return [{ role: 'user', content: String(input) }];
  return input.map(({ role, content, prefix = false }, index) => {
    if (!ROLES.includes(role)) throw new TypeError(`${role} is no role: use system, user or assistant`);
    if (role === 'system' && !(isFirst && index === 0)) {
      throw new TypeError('a system message has to be the first of its conversation');
    }
    if (prefix && (role !== 'assistant' || index < input.length - 1)) {
      throw domError('SyntaxError', 'prefix belongs to the last message, and to one of the assistant');
    }
    const text = textOf(content);
    return role === 'assistant'
      ? { role, content: text, ...(prefix && { prefix }) }
      : { role, content: text };
  });
}

function textOf(content: LanguageModelMessage['content']): string {
  if (typeof content === 'string') return content;
  return content
    .map(({ type, value }) => {
      if (type !== 'text')
        throw domError('NotSupportedError', `Foretoken reads text, but no content of type ${type}`);
      if (typeof value !== 'string') throw new TypeError('the value of a text has to be a string');
      return value;
    })
    .join('');
}
