import { assertNever } from '../../util/assert.ts';
import type { Theme } from '../frame/theme.ts';
import {
  type CompleteAction,
  type CompleteState,
  INITIAL_COMPLETE,
  reduceComplete,
} from './complete/completeState.ts';
import { branchOf } from './conversation/branch.ts';
import {
  type ChatAction,
  type ChatState,
  current,
  initialChat,
  reduceChat,
} from './conversation/chatState.ts';
import type { AssistantMessage, Conversation } from './conversation/conversation.ts';
import { type EngineAction, type EngineState, initialEngine, reduceEngine } from './engine/engineState.ts';
import type { HubAccess } from './models/access.ts';
import type { BrowserFacts } from './models/browser.ts';
import { initialModels, type ModelsAction, type ModelsState, reduceModels } from './models/state.ts';
import type { Preferences } from './preferences.ts';
import { type ComparisonAction, type Comparisons, reduceComparisons } from './speculation/comparison.ts';

/** Window that has room for the side bar beside the conversation. */
export const WIDE = '(min-width: 64rem)';

export type Tab = 'chat' | 'complete';
export const PANELS = ['models', 'settings', 'draft'] as const;
export type Panel = (typeof PANELS)[number];

/** Open parts of the page, and its looks. */
export interface View {
  readonly theme: Theme;
  readonly tab: Tab;
  readonly panel: Panel | null;
  readonly hasSideBar: boolean;
  /** Whether the chosen answer says where its tokens came from, and whether refused tokens are among them. */
  readonly showsDraft: boolean;
  readonly showsRejected: boolean;
  /** Answer whose draft is shown; null for the last one. */
  readonly chosen: string | null;
  readonly search: string;
  readonly dialog: 'shortcuts' | null;
  /** Something that went wrong beside models and answers, in a sentence. */
  readonly notice: string | null;
}

export interface State {
  readonly view: View;
  readonly engine: EngineState;
  readonly models: ModelsState;
  readonly chat: ChatState;
  readonly complete: CompleteState;
  readonly comparisons: Comparisons;
}

/** Action, with the part of the state that it changes. */
export type Action =
  | { readonly of: 'view'; readonly view: Partial<View> }
  | ({ readonly of: 'engine' } & EngineAction)
  | ({ readonly of: 'models' } & ModelsAction)
  | ({ readonly of: 'chat' } & ChatAction)
  | ({ readonly of: 'complete' } & CompleteAction)
  | ({ readonly of: 'comparison' } & ComparisonAction);

export interface Start {
  readonly theme: Theme;
  readonly preferences: Preferences;
  readonly browser: BrowserFacts;
  readonly access: HubAccess;
  readonly conversation: Conversation;
  /** Text in the composer. */
  readonly text: string;
  readonly hasSideBar: boolean;
  readonly now: number;
}

export function initialState(start: Start): State {
  const { theme, preferences, browser, access, conversation, text, hasSideBar, now } = start;
  const { showsDraft, choices, engine } = preferences;
  return {
    view: {
      theme,
      tab: 'chat',
      panel: null,
      hasSideBar,
      showsDraft,
      showsRejected: false,
      chosen: null,
      search: '',
      dialog: null,
      notice: null,
    },
    engine: initialEngine(choices, engine, now),
    models: initialModels(browser, access),
    chat: initialChat(conversation, text, preferences.presets),
    complete: INITIAL_COMPLETE,
    comparisons: {},
  };
}

export function reduce(state: State, action: Action): State {
  switch (action.of) {
    case 'view':
      return { ...state, view: { ...state.view, ...action.view } };
    case 'engine':
      return { ...state, engine: reduceEngine(state.engine, action) };
    case 'models':
      return { ...state, models: reduceModels(state.models, action) };
    case 'chat':
      return withChat(state, reduceChat(state.chat, action), action.type);
    case 'complete':
      return { ...state, complete: reduceComplete(state.complete, action) };
    case 'comparison':
      return { ...state, comparisons: reduceComparisons(state.comparisons, action) };
    default:
      return assertNever(action);
  }
}

/** A new answer, or another conversation, is the one whose draft is shown. */
function withChat(state: State, chat: ChatState, type: ChatAction['type']): State {
  const isOther = chat.currentId !== state.chat.currentId || type === 'answer' || type === 'continue';
  return {
    ...state,
    chat,
    view: isOther && state.view.chosen !== null ? { ...state.view, chosen: null } : state.view,
  };
}

/** Answer whose draft is shown: the one that is being written, the chosen one, or the last. */
export function answerOf({ view, chat }: State): AssistantMessage | null {
  const conversation = current(chat);
  if (chat.answer?.conversationId === conversation.id) return chat.answer.message;
  const answers = branchOf(conversation).flatMap(({ message }) =>
    message.role === 'assistant' ? [message] : [],
  );
  return answers.find(({ id }) => id === view.chosen) ?? answers.at(-1) ?? null;
}

/** Whether the models are the bundled ones, which write stories and nothing else. */
export function isBundled({ engine }: State): boolean {
  return engine.choices.target.kind === 'bundled';
}
