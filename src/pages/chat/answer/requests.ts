import type { CompletionRequest } from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';
import { type AnswerRequest, randomSeed } from '../conversation/answerRequest.ts';
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

/** Settings of a request that differ from the server's defaults, with the seed to send. */
type Wanted = Pick<AnswerRequest, 'settings' | 'seed'>;

/** Seed to send: that of the settings, or a random one that the page draws, because a chat's answer does not tell the server's. */
export function seedOf({ seed }: Partial<Settings>): number {
  return seed === undefined || seed < 0 ? randomSeed() : seed;
}

/** Body for `POST /v1/chat/completions`. An answer at the end of `messages` is continued. */
export function chatRequest(
  { system, ...wanted }: Wanted & Pick<AnswerRequest, 'system'>,
  messages: readonly Message[],
): object {
  return { ...chatFields(system, messages), ...requestFields(wanted), ...STREAMED };
}

/** Body for the request that led to an answer of the branch that is shown, or to its last part; null if it is not known. */
export function repeatedRequest(conversation: Conversation, answer: AssistantMessage): object | null {
  const { request } = answer;
  if (request === null) return null;
  const { after } = request;
  const before = branchOf({ ...conversation, leaf: answer.parent }).map(({ message }) => message);
  const beginning = after && {
    ...answer,
    content: answer.content.slice(0, after.content),
    reasoning: answer.reasoning.slice(0, after.reasoning),
    toolCalls: [],
  };
  return chatRequest(request, beginning ? [...before, beginning] : before);
}

function chatFields(system: string, messages: readonly Message[]) {
  return {
    messages: [
      ...(system.trim() === '' ? [] : [{ role: 'system', content: system }]),
      ...messages.map(wireMessage),
    ],
  };
}

/** Body for `POST /completion`, with `nProbs` alternatives to every token. */
export function completionRequest(
  prompt: string,
  { settings, seed }: Wanted,
  nProbs: number,
): CompletionRequest & { readonly stream: true } {
  const { tools: _, ...others } = settings;
  return { prompt, ...STREAMED, n_probs: nProbs, ...requestFields({ settings: others, seed }) };
}

function requestFields({ settings, seed }: Wanted): object {
  return { ...settingsFields(settings), seed };
}

/** Fields of a request for settings. */
export function settingsFields(settings: Partial<Settings>): object {
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
