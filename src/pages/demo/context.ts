import type { Session } from './session.ts';
import type { Action, State } from './state.ts';

/** What every component that acts gets. */
export interface Context {
  readonly state: State;
  readonly session: Session;
  readonly dispatch: (action: Action) => void;
}
