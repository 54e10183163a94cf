/** State that only actions change. */
export interface Store<State, Action> {
  readonly state: State;
  dispatch(action: Action): void;
}

/** Creates a store over a pure reducer; calls `onChange` after every action that changed the state. */
export function createStore<State, Action>(
  reduce: (state: State, action: Action) => State,
  initial: State,
  onChange: () => void,
): Store<State, Action> {
  let state = initial;
  return {
    get state() {
      return state;
    },
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      onChange();
    },
  };
}
