import type { Chat } from './answer/chat.ts';
import type { Completer } from './complete/completer.ts';
import type { Engine } from './engine/engine.ts';
import type { ModelsEffects } from './models/effects.ts';
import type { Comparer } from './speculation/comparer.ts';
import type { Action, State } from './state.ts';

/** Props of components that act. */
export interface Context {
  readonly state: State;
  readonly engine: Engine;
  readonly chat: Chat;
  readonly completer: Completer;
  readonly comparer: Comparer;
  readonly models: ModelsEffects;
  readonly dispatch: (action: Action) => void;
}
