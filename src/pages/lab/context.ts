import type { Session } from './session.ts';
import type { Action, State } from './state.ts';

/** Props of every component of the page. */
export interface Context {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
  readonly session: Session;
}
