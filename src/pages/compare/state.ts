import type { Report } from '../../report/index.ts';
import { assertNever } from '../../util/assert.ts';
import type { Theme } from '../frame/theme.ts';

/** Filter of the rows of tables and charts. */
export interface Filter {
  readonly kernel: string | null;
  readonly weightType: string | null;
  readonly text: string;
  readonly onlyDifferences: boolean;
}

export const NO_FILTER: Filter = { kernel: null, weightType: null, text: '', onlyDifferences: false };

/** Rejected file, with the reason. */
export interface Refusal {
  readonly id: number;
  readonly message: string;
}

export interface State {
  readonly theme: Theme;
  readonly reports: readonly Report[];
  /** Id of the report with which others are compared. */
  readonly reference: string | null;
  readonly filter: Filter;
  readonly refusals: readonly Refusal[];
  /** Whether the reports are the page's examples. */
  readonly isExample: boolean;
}

export type Action =
  | { readonly type: 'theme'; readonly theme: Theme }
  | { readonly type: 'examples'; readonly reports: readonly Report[] }
  | { readonly type: 'add'; readonly report: Report }
  | { readonly type: 'remove'; readonly id: string }
  | { readonly type: 'reference'; readonly id: string }
  | { readonly type: 'filter'; readonly filter: Partial<Filter> }
  | { readonly type: 'refuse'; readonly message: string }
  | { readonly type: 'dismiss'; readonly id: number };

export function initialState(theme: Theme, reports: readonly Report[]): State {
  const reference = reports[0]?.id ?? null;
  return { theme, reports, reference, filter: NO_FILTER, refusals: [], isExample: false };
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'theme':
      return { ...state, theme: action.theme };
    case 'examples':
      // Examples load a little later than the page: keep reports that the user has added meanwhile.
      return state.reports.length > 0 ? state : { ...withReportList(state, action.reports), isExample: true };
    case 'add':
      return added(state, action.report);
    case 'remove':
      return withReportList(
        state,
        state.reports.filter(({ id }) => id !== action.id),
      );
    case 'reference':
      return { ...state, reference: action.id };
    case 'filter':
      return { ...state, filter: { ...state.filter, ...action.filter } };
    case 'refuse':
      return refused(state, action.message);
    case 'dismiss':
      return { ...state, refusals: state.refusals.filter(({ id }) => id !== action.id) };
    default:
      return assertNever(action);
  }
}

/** Adds a report; the user's own reports replace the examples. */
function added(state: State, report: Report): State {
  if (!state.isExample && state.reports.some(({ id }) => id === report.id)) {
    return refused(state, `The report ${report.id} is here already.`);
  }
  return {
    ...withReportList(state, state.isExample ? [report] : [...state.reports, report]),
    isExample: false,
  };
}

function withReportList(state: State, reports: readonly Report[]): State {
  const isThere = reports.some(({ id }) => id === state.reference);
  return { ...state, reports, reference: isThere ? state.reference : (reports[0]?.id ?? null) };
}

function refused(state: State, message: string): State {
  const id = (state.refusals.at(-1)?.id ?? 0) + 1;
  return { ...state, refusals: [...state.refusals, { id, message }] };
}
