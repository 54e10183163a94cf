import type { PromptProgress, Timings, WireError } from '../../../client/index.ts';
import { joinTraces } from '../../../protocol/joinTraces.ts';
import { assertNever } from '../../../util/assert.ts';
import type { AnswerRequest } from '../conversation/answerRequest.ts';
import type { AssistantMessage, Finish, ToolCall } from '../conversation/conversation.ts';
import { joinTimings } from '../conversation/timings.ts';
import { behindRounds, traceUpTo } from '../conversation/traces.ts';
import type { AnswerEvent } from './readChat.ts';

/** Answer that is being written. It joins its conversation when it ends. */
export interface Answer {
  readonly conversationId: string;
  /** Answer so far, with the message that it replies to as its parent. */
  readonly message: AssistantMessage;
  /** `waiting` for the models, `reading` the prompt, or `writing`. */
  readonly phase: 'waiting' | 'reading' | 'writing';
  readonly progress: PromptProgress | null;
  /** Answer that the request goes on with; null for a new one. */
  readonly before: Before | null;
}

/** Figures of the text that a request goes on with. */
interface Before {
  readonly nRounds: number;
  readonly timings: Timings | null;
}

/** Answer to the message `parent` that is about to be asked for. */
export function newAnswer(conversationId: string, id: string, parent: string | null, now: number): Answer {
  const message = emptyAnswer(id, parent, '', now);
  return { conversationId, message, phase: 'waiting', progress: null, before: null };
}

/** Answer that goes on with `message`. Its trace is that of the text so far, to which the new tokens are added. */
export function continuedAnswer(conversationId: string, message: AssistantMessage): Answer {
  const trace = message.trace && traceUpTo(message.trace, message.content || message.reasoning);
  return {
    conversationId,
    message: { ...message, trace },
    phase: 'waiting',
    progress: null,
    before: { nRounds: trace?.rounds.length ?? 0, timings: message.timings },
  };
}

/** Answer whose request is sent to `model`. */
export function asked(answer: Answer, model: string, request: Omit<AnswerRequest, 'after'>): Answer {
  const { message, before } = answer;
  const after = before && {
    content: message.content.length,
    reasoning: message.reasoning.length,
    isTimed: before.timings !== null,
  };
  return {
    ...answer,
    message: { ...message, model, request: { ...request, after }, finish: 'cut', error: null },
    phase: 'reading',
  };
}

/** Empty answer to the message `parent`. */
export function emptyAnswer(id: string, parent: string | null, model: string, now: number): AssistantMessage {
  return {
    id,
    parent,
    role: 'assistant',
    createdAt: now,
    content: '',
    reasoning: '',
    toolCalls: [],
    model,
    request: null,
    finish: 'cut',
    error: null,
    timings: null,
    trace: { tokens: [], rounds: [] },
  };
}

/** Answer after an event of its stream. */
export function received(answer: Answer, event: AnswerEvent): Answer {
  switch (event.kind) {
    case 'progress':
      return { ...answer, progress: event.progress };
    case 'content':
      return writing(answer, { content: answer.message.content + event.text });
    case 'trace': {
      const { trace } = answer.message;
      const part = behindRounds(event.trace, answer.before?.nRounds ?? 0);
      return writing(answer, { trace: trace && joinTraces([trace, part]) });
    }
    case 'reasoning':
      return writing(answer, { reasoning: answer.message.reasoning + event.text });
    case 'call': {
      const call: ToolCall = { id: event.id, name: event.name, arguments: '' };
      return writing(answer, { toolCalls: [...answer.message.toolCalls, call] });
    }
    case 'arguments': {
      const toolCalls = answer.message.toolCalls.map((call, index) =>
        index === event.index ? { ...call, arguments: call.arguments + event.text } : call,
      );
      return writing(answer, { toolCalls });
    }
    case 'timings': {
      const before = answer.before?.timings;
      const timings = before ? joinTimings(before, event.timings) : event.timings;
      return { ...answer, message: { ...answer.message, timings } };
    }
    case 'finish':
      return writing(answer, { finish: event.finish });
    default:
      return assertNever(event);
  }
}

/** Message that an answer leaves when it ends by itself (null), is stopped, or fails. */
export function ended(
  { message }: Answer,
  end: Extract<Finish, 'stopped'> | WireError | null,
): AssistantMessage {
  if (end === null) return message;
  return end === 'stopped' ? { ...message, finish: 'stopped' } : { ...message, finish: 'failed', error: end };
}

/** Whether a message has anything to show or keep. */
export function hasText({ content, reasoning, toolCalls }: AssistantMessage): boolean {
  return content !== '' || reasoning !== '' || toolCalls.length > 0;
}

function writing(answer: Answer, changed: Partial<AssistantMessage>): Answer {
  return { ...answer, phase: 'writing', message: { ...answer.message, ...changed } };
}
