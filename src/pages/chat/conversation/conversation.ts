import type { SpeculationTrace, Timings, WireError } from '../../../client/index.ts';
import type { Settings } from '../settings/settings.ts';
import type { AnswerRequest } from './answerRequest.ts';

/** Text file that a user message carries. */
export interface Attachment {
  readonly name: string;
  readonly text: string;
}

/** Call of a tool by the model; `arguments` is JSON as text. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/**
 * Reason for the end of an answer: the model's own, the limit of tokens, a full context, a tool call, the user, or an error.
 * `cut` is an answer that a reload of the page interrupted.
 */
export type Finish = 'stop' | 'length' | 'context' | 'tool_calls' | 'stopped' | 'failed' | 'cut';

interface Base {
  readonly id: string;
  /** Message that this one replies to; null for the first one. Several replies to one message are branches. */
  readonly parent: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly content: string;
}

export interface UserMessage extends Base {
  readonly role: 'user';
  readonly attachments: readonly Attachment[];
}

export interface AssistantMessage extends Base {
  readonly role: 'assistant';
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  /** Name of the model that wrote it; empty for an edited or imported answer. */
  readonly model: string;
  /** Request that led to it, or to its last part; null where it is not known, as for an edited answer. */
  readonly request: AnswerRequest | null;
  readonly finish: Finish;
  readonly error: WireError | null;
  readonly timings: Timings | null;
  /** Origin of all tokens, of thoughts and calls of tools too; null where it is not known. */
  readonly trace: SpeculationTrace | null;
}

/** Result of a tool call, which the user gives. */
export interface ToolMessage extends Base {
  readonly role: 'tool';
  readonly callId: string;
}

export type Message = UserMessage | AssistantMessage | ToolMessage;

/** Tree of messages. The branch that is shown leads from the root to `leaf`. */
export interface Conversation {
  readonly id: string;
  /** Title that the user gave; null for the one made of the first message. */
  readonly title: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly system: string;
  /** Settings that differ from the page's. */
  readonly settings: Partial<Settings>;
  /** All branches; a message follows the one that it replies to. */
  readonly messages: readonly Message[];
  /** Last message of the branch that is shown; null before the first message. */
  readonly leaf: string | null;
}

export function newConversation(
  id: string,
  now: number,
  start: Partial<Pick<Conversation, 'system' | 'settings'>> = {},
): Conversation {
  return {
    id,
    title: null,
    createdAt: now,
    updatedAt: now,
    system: '',
    settings: {},
    messages: [],
    leaf: null,
    ...start,
  };
}

const TITLE_LENGTH = 60;

/** Title for lists: the given one, or the beginning of the first message. */
export function titleOf({ title, messages }: Conversation): string {
  if (title !== null) return title;
  const [line = ''] = messages[0]?.content.trim().split('\n') ?? [];
  if (line === '') return messages.length === 0 ? 'New conversation' : 'Untitled';
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH).trimEnd()}…` : line;
}
