import { ForetokenError } from '../../../client/index.ts';
import { settingsFrom } from '../settings/settings.ts';
import { requestFrom } from './answerRequest.ts';
import {
  type AssistantMessage,
  type Attachment,
  type Conversation,
  type Message,
  newConversation,
  type ToolCall,
} from './conversation.ts';
import { isRecord } from './isRecord.ts';
import { timingsFrom } from './timings.ts';
import { traceFrom } from './traces.ts';

const FORMAT = 'foretoken-conversations';

/** Conversations as a file: all branches with what their answers were asked with and their timings, and without traces, which are long. */
export function exported(conversations: readonly Conversation[]): string {
  const bare = conversations.map(withoutTraces);
  return `${JSON.stringify({ format: FORMAT, version: 1, conversations: bare }, null, 2)}\n`;
}

/**
 * Reads a file: conversations of this page, or a list of messages as OpenAI's API has it. Every conversation gets a new id from `newId`, so
 * that none replaces another. A trace in a file is not read, because nothing says that it is the one of its answer. Throws
 * `invalid_json` with the place and the reason.
 */
export function imported(text: string, newId: () => string, now: number): readonly Conversation[] {
  const value = parsed(text);
  if (isRecord(value) && value.format === FORMAT && Array.isArray(value.conversations)) {
    return value.conversations.map((item: unknown, index) => ({
      ...withoutTraces(conversationFrom(item, `conversation ${index + 1}`)),
      id: newId(),
    }));
  }
  const messages = isRecord(value) ? value.messages : value;
  if (!Array.isArray(messages)) {
    throw invalid(
      'this is neither a file of conversations of this page nor a list of messages {role, content}',
    );
  }
  return [fromList(messages, newId, now)];
}

function withoutTraces(conversation: Conversation): Conversation {
  const messages = conversation.messages.map(message =>
    message.role === 'assistant' ? { ...message, trace: null } : message,
  );
  return { ...conversation, messages };
}

/** Checks a stored or imported conversation. Throws `invalid_json`; `place` begins the message. */
export function conversationFrom(value: unknown, place = 'conversation'): Conversation {
  if (!isRecord(value)) throw invalid(`${place} is not an object`);
  const { id, title, createdAt, updatedAt, system, settings, messages, leaf } = value;
  if (typeof id !== 'string') throw invalid(`${place} has no id`);
  if (!Array.isArray(messages)) throw invalid(`${place} has no messages`);
  const ids = new Set<string>();
  const read = messages.map((item: unknown, index) => {
    const message = messageFrom(item, `${place}, message ${index + 1}`);
    if (ids.has(message.id)) throw invalid(`${place} has two messages ${message.id}`);
    if (message.parent !== null && !ids.has(message.parent)) {
      throw invalid(`${place}, message ${index + 1} replies to ${message.parent}, which is not before it`);
    }
    ids.add(message.id);
    return message;
  });
  const created = numberOr(createdAt, 0);
  return {
    id,
    title: typeof title === 'string' ? title : null,
    createdAt: created,
    updatedAt: numberOr(updatedAt, created),
    system: textOr(system),
    settings: settingsFrom(settings),
    messages: read,
    leaf: typeof leaf === 'string' && ids.has(leaf) ? leaf : (read.at(-1)?.id ?? null),
  };
}

function messageFrom(value: unknown, place: string): Message {
  if (!isRecord(value)) throw invalid(`${place} is not an object`);
  const { id, parent, role, content } = value;
  if (typeof id !== 'string' || id === '') throw invalid(`${place} has no id`);
  if (typeof content !== 'string') throw invalid(`${place} has no text as its content`);
  const base = {
    id,
    parent: typeof parent === 'string' ? parent : null,
    createdAt: numberOr(value.createdAt, 0),
    content,
  };
  switch (role) {
    case 'user':
      return { ...base, role, attachments: listOf(value.attachments, attachmentFrom) };
    case 'tool':
      return { ...base, role, callId: textOr(value.callId) };
    case 'assistant':
      return {
        ...base,
        role,
        reasoning: textOr(value.reasoning),
        toolCalls: listOf(value.toolCalls, toolCallFrom),
        model: textOr(value.model),
        request: requestFrom(value.request),
        finish: finishFrom(value.finish),
        error: null,
        timings: timingsFrom(value.timings),
        trace: traceFrom(value.trace),
      };
    default:
      throw invalid(`${place} has the role ${JSON.stringify(role)}; there are user, assistant and tool`);
  }
}

/** One branch of OpenAI's messages. */
function fromList(items: readonly unknown[], newId: () => string, now: number): Conversation {
  const systems: string[] = [];
  const messages: Message[] = [];
  for (const [index, item] of items.entries()) {
    const place = `message ${index + 1}`;
    if (!isRecord(item)) throw invalid(`${place} is not an object`);
    if (item.role === 'system' || item.role === 'developer') systems.push(textOr(item.content));
    else {
      const toolCalls = listOf(item.tool_calls, call =>
        isRecord(call.function) ? toolCallFrom({ ...call.function, id: call.id }) : null,
      );
      messages.push(
        messageFrom(
          {
            ...item,
            id: newId(),
            parent: messages.at(-1)?.id ?? null,
            createdAt: now,
            // An answer that calls tools may say nothing.
            content: item.role === 'assistant' ? (item.content ?? '') : item.content,
            reasoning: item.reasoning_content,
            toolCalls,
            callId: item.tool_call_id,
          },
          place,
        ),
      );
    }
  }
  return {
    ...newConversation(newId(), now, { system: systems.join('\n\n') }),
    messages,
    leaf: messages.at(-1)?.id ?? null,
  };
}

function attachmentFrom({ name, text }: Record<string, unknown>): Attachment | null {
  return typeof name === 'string' && typeof text === 'string' ? { name, text } : null;
}

function toolCallFrom({ id, name, arguments: text }: Record<string, unknown>): ToolCall | null {
  return typeof name === 'string' ? { id: textOr(id), name, arguments: textOr(text) } : null;
}

const FINISHES: readonly AssistantMessage['finish'][] = [
  'stop',
  'length',
  'context',
  'tool_calls',
  'stopped',
  'failed',
  'cut',
];

function finishFrom(value: unknown): AssistantMessage['finish'] {
  return FINISHES.find(finish => finish === value) ?? 'stop';
}

function listOf<Item>(value: unknown, read: (item: Record<string, unknown>) => Item | null): readonly Item[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isRecord)
    .map(read)
    .filter(item => item !== null);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`the file is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function invalid(reason: string): ForetokenError {
  return new ForetokenError('invalid_json', `Nothing was imported: ${reason}.`);
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
}
