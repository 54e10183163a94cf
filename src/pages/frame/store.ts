/** State that only actions change. */
export interface Store<State, Action> {
  readonly state: State;
  dispatch(action: Action): void;
}

/** Part of a store, with the actions that change it. */
export function partOf<State, Action, Part, PartAction>(
  store: Store<State, Action>,
  part: (state: State) => Part,
  whole: (action: PartAction) => Action,
): Store<Part, PartAction> {
  return {
    get state() {
      return part(store.state);
    },
    dispatch: action => store.dispatch(whole(action)),
  };
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
