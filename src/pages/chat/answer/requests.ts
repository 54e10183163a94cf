import type { CompletionRequest } from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';
import { branchOf } from '../conversation/branch.ts';
import type { AssistantMessage, Conversation, Message } from '../conversation/conversation.ts';
import { withAttachments } from '../conversation/transcript.ts';
import { CHAT_FIELDS, type Field } from '../settings/fields.ts';
import type { Settings } from '../settings/settings.ts';

/** Fields of every request of the page besides its text: events with figures, and the origin of every token. */
const STREAMED = {
  stream: true,
  timings_per_token: true,
  return_progress: true,
  speculation_trace: true,
} as const;

const NO_DRAFT = { draft_max: 0, draft_min: 0 };

/**
 * Body for `POST /v1/chat/completions`. An answer at the end of `messages` is continued. `settings` are those that differ from the
 * server's defaults.
 */
export function chatRequest(
  system: string,
  messages: readonly Message[],
  settings: Partial<Settings>,
): object {
  return { ...asked(system, messages, settings), ...STREAMED };
}

/** Body for the request that led to an answer of the branch that is shown, in one piece. */
export function repeatedRequest(
  { system, settings, ...conversation }: Conversation,
  { parent }: AssistantMessage,
): Readonly<Record<string, unknown>> {
  const turns = branchOf({ ...conversation, leaf: parent });
  return asked(
    system,
    turns.map(({ message }) => message),
    settings,
  );
}

function asked(system: string, messages: readonly Message[], settings: Partial<Settings>) {
  return {
    messages: [
      ...(system.trim() === '' ? [] : [{ role: 'system', content: system }]),
      ...messages.map(wireMessage),
    ],
    ...requestFields(settings),
  };
}

/** Body for `POST /completion`, with `nProbs` alternatives to every token. */
export function completionRequest(
  prompt: string,
  settings: Partial<Settings>,
  nProbs: number,
): CompletionRequest & { readonly stream: true } {
  const { tools: _, ...fields } = settings;
  return { prompt, ...STREAMED, n_probs: nProbs, ...requestFields(fields) };
}

/** Fields of a request for settings. */
export function requestFields(settings: Partial<Settings>): object {
  const fields: Readonly<Record<string, Field>> = CHAT_FIELDS;
  const parts = Object.entries(settings).map(([key, value]) => fields[key]?.toRequest(key, value));
  return Object.assign({}, ...parts, settings.speculation === false ? NO_DRAFT : {});
}

function wireMessage(message: Message): object {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: withAttachments(message.attachments, message.content) };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.content };
    case 'assistant': {
      const { content, reasoning, toolCalls } = message;
      const calls = toolCalls.map(({ id, name, arguments: text }) => ({
        id,
        type: 'function',
        function: { name, arguments: text },
      }));
      return {
        role: 'assistant',
        content,
        ...(reasoning !== '' && { reasoning_content: reasoning }),
        ...(calls.length > 0 && { tool_calls: calls }),
      };
    }
    default:
      return assertNever(message);
  }
}
