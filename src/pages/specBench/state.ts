import type { SpecBench } from '../../report/specBench/schema.ts';
import { assertNever } from '../../util/assert.ts';
import type { Theme } from '../frame/theme.ts';

/** State of the page: a result, or the reason why a file is none. */
export interface State {
  readonly theme: Theme;
  readonly bench: SpecBench | null;
  readonly refusal: string | null;
  /** Temperature whose rows are drawn; the first of the result at the beginning. */
  readonly temperature: number;
}

export type Action =
  | { readonly type: 'theme'; readonly theme: Theme }
  | { readonly type: 'open'; readonly bench: SpecBench }
  | { readonly type: 'refuse'; readonly message: string }
  | { readonly type: 'temperature'; readonly temperature: number };

export function initialState(theme: Theme): State {
  return { theme, bench: null, refusal: null, temperature: 0 };
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'theme':
      return { ...state, theme: action.theme };
    case 'open':
      return {
        ...state,
        bench: action.bench,
        refusal: null,
        temperature: action.bench.temperatures[0] ?? 0,
      };
    case 'refuse':
      return { ...state, refusal: action.message };
    case 'temperature':
      return { ...state, temperature: action.temperature };
    default:
      return assertNever(action);
  }
}
