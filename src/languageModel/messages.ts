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
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!isList(input)) throw malformed('a prompt', 'a text or a list of messages', input);
  if (input.length === 0) return [{ role: 'user', content: '' }];
  return input.map((message, index) => {
    if (typeof message !== 'object' || message === null) {
      throw malformed(`message ${index} of a prompt`, 'an object with role and content', message);
    }
    const { role, content, prefix = false } = message;
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
  if (!isList(content)) throw malformed('the content of a message', 'a text or a list of parts', content);
  return content
    .map(({ type, value }) => {
      if (type !== 'text')
        throw domError('NotSupportedError', `Foretoken reads text, but no content of type ${type}`);
      if (typeof value !== 'string') throw new TypeError('the value of a text has to be a string');
      return value;
    })
    .join('');
}

/** Like `Array.isArray`, which does not narrow types to a list that is read only. */
function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function malformed(what: string, expected: string, given: unknown): TypeError {
  return new TypeError(`${what} has to be ${expected}, and not ${given === null ? 'null' : typeof given}`);
}
