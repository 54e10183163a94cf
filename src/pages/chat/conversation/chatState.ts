import type { WireError } from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';
import {
  type Answer,
  asked,
  continuedAnswer,
  ended,
  hasText,
  newAnswer,
  received,
} from '../answer/answer.ts';
import type { AnswerEvent } from '../answer/readChat.ts';
import { applied, type PresetAction, type Presets, presetOf, reducePresets } from '../settings/presets.ts';
import { changing, type Settings } from '../settings/settings.ts';
import type { AnswerRequest } from './answerRequest.ts';
import { stepping, upTo, withMessage, without } from './changes.ts';
import { type Attachment, type Conversation, type Message, newConversation } from './conversation.ts';

/** Text and files that the user is about to send. */
export interface Composer {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

export interface ChatState {
  /** Every conversation by its id, and the one that is shown, which may be new and empty. */
  readonly conversations: Readonly<Record<string, Conversation>>;
  readonly currentId: string;
  readonly presets: Presets;
  readonly composer: Composer;
  /** Message whose text is being edited. */
  readonly editing: string | null;
  readonly answer: Answer | null;
}

export type ChatAction =
  | { readonly type: 'library'; readonly conversations: readonly Conversation[] }
  | { readonly type: 'new'; readonly id: string; readonly now: number; readonly system?: string }
  | { readonly type: 'open'; readonly id: string }
  | { readonly type: 'rename'; readonly id: string; readonly title: string }
  /** `newId` is for an empty conversation in the place of the shown one. */
  | { readonly type: 'delete'; readonly id: string; readonly newId: string; readonly now: number }
  | { readonly type: 'system'; readonly text: string }
  | { readonly type: 'settings'; readonly settings: Partial<Settings> }
  /** Gives a preset's settings and system prompt to the conversation that is shown. */
  | { readonly type: 'preset'; readonly name: string }
  | PresetAction
  | { readonly type: 'compose'; readonly text: string }
  | { readonly type: 'attach'; readonly attachments: readonly Attachment[] }
  | { readonly type: 'detach'; readonly index: number }
  /** Sends what the composer holds. */
  | { readonly type: 'send'; readonly id: string; readonly now: number }
  | { readonly type: 'edit'; readonly id: string | null }
  /** Puts `text` beside the message `id`, as a branch. */
  | {
      readonly type: 'edited';
      readonly id: string;
      readonly newId: string;
      readonly text: string;
      readonly now: number;
    }
  | {
      readonly type: 'toolResult';
      readonly id: string;
      readonly callId: string;
      readonly text: string;
      readonly now: number;
    }
  | { readonly type: 'branch'; readonly id: string; readonly step: number }
  | { readonly type: 'remove'; readonly id: string }
  /** Begins an answer to the message `parent`. */
  | { readonly type: 'answer'; readonly id: string; readonly parent: string | null; readonly now: number }
  /** Goes on with the last answer. */
  | { readonly type: 'continue'; readonly id: string }
  /** The models are loaded and the request is sent. */
  | { readonly type: 'asked'; readonly model: string; readonly request: Omit<AnswerRequest, 'after'> }
  | { readonly type: 'received'; readonly event: AnswerEvent }
  | { readonly type: 'ended'; readonly end: 'stopped' | WireError | null; readonly now: number };

export function initialChat(start: Conversation, text: string, presets: Presets): ChatState {
  return {
    presets,
    conversations: { [start.id]: start },
    currentId: start.id,
    composer: { text, attachments: [] },
    editing: null,
    answer: null,
  };
}

/** Conversation that is shown. */
export function current({ conversations, currentId }: ChatState): Conversation {
  return conversations[currentId];
}

export function reduceChat(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case 'library': {
      const read = Object.fromEntries(
        action.conversations.map(conversation => [conversation.id, conversation]),
      );
      return { ...state, conversations: { ...read, ...state.conversations } };
    }
    case 'new': {
      const { id, now, system } = action;
      return shown(state, freshConversation(state.presets, id, now, system));
    }
    case 'open':
      return state.conversations[action.id] ? shown(state, state.conversations[action.id]) : state;
    case 'rename': {
      const title = action.title.trim();
      return changed(state, action.id, own => ({ ...own, title: title === '' ? null : title }));
    }
    case 'delete': {
      const { [action.id]: _, ...others } = state.conversations;
      const answer = state.answer?.conversationId === action.id ? null : state.answer;
      const next = { ...state, conversations: others, answer };
      if (action.id !== state.currentId) return next;
      return shown(next, freshConversation(state.presets, action.newId, action.now));
    }
    case 'system':
      return changed(state, state.currentId, own => ({ ...own, system: action.text }));
    case 'settings':
      return changed(state, state.currentId, own => ({
        ...own,
        settings: changing(own.settings, action.settings),
      }));
    case 'preset': {
      const preset = presetOf(state.presets, action.name);
      return changed(state, state.currentId, own => ({ ...own, ...applied(preset, own) }));
    }
    case 'savePreset':
    case 'renamePreset':
    case 'deletePreset':
    case 'startWith':
      return { ...state, presets: reducePresets(state.presets, action, current(state)) };
    case 'compose':
      return { ...state, composer: { ...state.composer, text: action.text } };
    case 'attach': {
      const attachments = [...state.composer.attachments, ...action.attachments];
      return { ...state, composer: { ...state.composer, attachments } };
    }
    case 'detach': {
      const attachments = state.composer.attachments.toSpliced(action.index, 1);
      return { ...state, composer: { ...state.composer, attachments } };
    }
    case 'send': {
      const { text, attachments } = state.composer;
      const message: Message = {
        id: action.id,
        parent: current(state).leaf,
        createdAt: action.now,
        role: 'user',
        content: text,
        attachments,
      };
      return { ...added(state, message), composer: { text: '', attachments: [] } };
    }
    case 'edit':
      return { ...state, editing: action.id };
    case 'edited':
      return { ...edited(state, action), editing: null };
    case 'toolResult': {
      const { id, callId, text, now } = action;
      const { leaf } = current(state);
      return added(state, { id, parent: leaf, createdAt: now, role: 'tool', content: text, callId });
    }
    case 'branch':
      return changed(state, state.currentId, own => stepping(own, action.id, action.step));
    case 'remove':
      return changed(state, state.currentId, own => without(own, action.id));
    case 'answer': {
      const { id, parent, now } = action;
      const next = changed(state, state.currentId, own => upTo(own, parent));
      return { ...next, answer: newAnswer(state.currentId, id, parent, now) };
    }
    case 'continue': {
      const message = current(state).messages.find(({ id }) => id === action.id);
      if (message?.role !== 'assistant') return state;
      return { ...state, answer: continuedAnswer(state.currentId, message) };
    }
    case 'asked':
      return state.answer ? { ...state, answer: asked(state.answer, action.model, action.request) } : state;
    case 'received':
      return state.answer ? { ...state, answer: received(state.answer, action.event) } : state;
    case 'ended':
      return state.answer ? joined({ ...state, answer: null }, state.answer, action) : state;
    default:
      return assertNever(action);
  }
}

/** New conversation with the settings of the preset for new ones, and its system prompt unless one is given. */
export function freshConversation(presets: Presets, id: string, now: number, system = ''): Conversation {
  const start = applied(presetOf(presets, presets.start), { system, settings: {} });
  return newConversation(id, now, { ...start, ...(system !== '' && { system }) });
}

/** The answer that is being written is part of its conversation; so it is kept while it grows. */
export function withAnswer({
  conversations,
  answer,
}: Pick<ChatState, 'conversations' | 'answer'>): Readonly<Record<string, Conversation>> {
  const conversation = answer && conversations[answer.conversationId];
  if (!conversation || !hasText(answer.message)) return conversations;
  return { ...conversations, [conversation.id]: withMessage(conversation, answer.message) };
}

/** Puts an answer that ended into its conversation. A stopped one without text leaves nothing. */
function joined(
  state: ChatState,
  answer: Answer,
  { end, now }: Extract<ChatAction, { type: 'ended' }>,
): ChatState {
  const message = ended(answer, end);
  if (end === 'stopped' && !hasText(message)) return state;
  return changed(state, answer.conversationId, own => ({ ...withMessage(own, message), updatedAt: now }));
}

function edited(
  state: ChatState,
  { id, newId, text, now }: Extract<ChatAction, { type: 'edited' }>,
): ChatState {
  const message = current(state).messages.find(own => own.id === id);
  if (!message || message.content === text) return state;
  const copy = { ...message, id: newId, content: text, createdAt: now };
  return added(
    state,
    copy.role === 'assistant' ? { ...copy, request: null, finish: 'stop', trace: null, timings: null } : copy,
  );
}

function added(state: ChatState, message: Message): ChatState {
  return changed(state, state.currentId, own => withMessage(own, message));
}

function changed(state: ChatState, id: string, change: (own: Conversation) => Conversation): ChatState {
  const own = state.conversations[id];
  if (!own) return state;
  const next = change(own);
  return next === own ? state : { ...state, conversations: { ...state.conversations, [id]: next } };
}

/** Shows a conversation; one that stayed empty goes. */
function shown(state: ChatState, conversation: Conversation): ChatState {
  const { [state.currentId]: left, ...others } = state.conversations;
  const kept = left && left.messages.length > 0 ? { [left.id]: left } : {};
  return {
    ...state,
    conversations: { ...others, ...kept, [conversation.id]: conversation },
    currentId: conversation.id,
    editing: null,
  };
}
