import type { Session } from './session.ts';
import type { Action, State } from './state.ts';

/** What every part of the page may show and do. */
export interface Context {
  readonly state: State;
  readonly dispatch: (action: Action) => void;
  readonly session: Session;
}
