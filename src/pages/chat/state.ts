import { assertNever } from '../../util/assert.ts';
import type { Theme } from '../frame/theme.ts';
import {
  type CompleteAction,
  type CompleteState,
  INITIAL_COMPLETE,
  reduceComplete,
} from './complete/completeState.ts';
import { type ChatAction, type ChatState, initialChat, reduceChat } from './conversation/chatState.ts';
import type { Conversation } from './conversation/conversation.ts';
import { initialModels, type ModelAction, type ModelState, reduceModels } from './models/modelState.ts';
import type { Preferences } from './preferences.ts';

/** Window that has room for the side bar beside the conversation. */
export const WIDE = '(min-width: 64rem)';

export type Tab = 'chat' | 'complete';
export const PANELS = ['models', 'settings', 'draft'] as const;
export type Panel = (typeof PANELS)[number];

/** What is open on the page, and how it looks. */
export interface View {
  readonly theme: Theme;
  readonly tab: Tab;
  readonly panel: Panel | null;
  readonly hasSideBar: boolean;
  /** Whether answers show which tokens the draft proposed; null leaves it to the model. */
  readonly showsDraft: boolean | null;
  readonly search: string;
  readonly dialog: 'shortcuts' | null;
  /** Something that went wrong beside models and answers, in a sentence. */
  readonly notice: string | null;
}

export interface State {
  readonly view: View;
  readonly models: ModelState;
  readonly chat: ChatState;
  readonly complete: CompleteState;
}

/** Action, with the part of the state that it changes. */
export type Action =
  | { readonly of: 'view'; readonly view: Partial<View> }
  | ({ readonly of: 'models' } & ModelAction)
  | ({ readonly of: 'chat' } & ChatAction)
  | ({ readonly of: 'complete' } & CompleteAction);

export interface Start {
  readonly theme: Theme;
  readonly preferences: Preferences;
  readonly conversation: Conversation;
  /** Text in the composer. */
  readonly text: string;
  readonly hasSideBar: boolean;
  readonly now: number;
}

export function initialState({ theme, preferences, conversation, text, hasSideBar, now }: Start): State {
  const { showsDraft, choices, engine } = preferences;
  return {
    view: { theme, tab: 'chat', panel: null, hasSideBar, showsDraft, search: '', dialog: null, notice: null },
    models: initialModels(choices, engine, now),
    chat: initialChat(conversation, text, preferences.defaults),
    complete: INITIAL_COMPLETE,
  };
}

export function reduce(state: State, action: Action): State {
  switch (action.of) {
    case 'view':
      return { ...state, view: { ...state.view, ...action.view } };
    case 'models':
      return { ...state, models: reduceModels(state.models, action) };
    case 'chat':
      return { ...state, chat: reduceChat(state.chat, action) };
    case 'complete':
      return { ...state, complete: reduceComplete(state.complete, action) };
    default:
      return assertNever(action);
  }
}

/** Whether the models are the bundled ones, which write stories and nothing else. */
export function isBundled({ models }: State): boolean {
  return models.choices.target.kind === 'bundled';
}
