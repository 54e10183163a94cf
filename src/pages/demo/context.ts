import type { Session } from './session.ts';
import type { Action, State } from './state.ts';
import type { StoredModels } from './storedModels.ts';

/** Props of every component that acts. */
export interface Context {
  readonly state: State;
  readonly session: Session;
  readonly stored: StoredModels;
  readonly dispatch: (action: Action) => void;
}
