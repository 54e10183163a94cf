import type { Chat } from './answer/chat.ts';
import type { Completer } from './complete/completer.ts';
import type { Engine } from './models/engine.ts';
import type { StoredModels } from './models/storedModels.ts';
import type { Action, State } from './state.ts';

/** Props of components that act. */
export interface Context {
  readonly state: State;
  readonly engine: Engine;
  readonly chat: Chat;
  readonly completer: Completer;
  readonly stored: StoredModels;
  readonly dispatch: (action: Action) => void;
}
