import type { ForetokenError, LoadProgress, ServerReport } from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';
import { DEFAULT_ENGINE, type EngineSettings } from '../settings/settings.ts';
import type { ModelChoices, Role } from './choices.ts';

/** Progress of loading per model, and its start in milliseconds of `performance.now()`. */
export interface Loading {
  readonly kind: 'loading';
  readonly since: number;
  readonly bytesPerSecond: number;
  readonly latest: LoadProgress | null;
  readonly byModel: Readonly<Partial<Record<Role, LoadProgress>>>;
}

export type EngineStatus =
  | Loading
  | { readonly kind: 'ready'; readonly report: ServerReport }
  | { readonly kind: 'failed'; readonly error: ForetokenError };

export interface EngineState {
  readonly choices: ModelChoices;
  readonly settings: EngineSettings;
  readonly status: EngineStatus;
}

export type EngineAction =
  | { readonly type: 'choose'; readonly choices: ModelChoices }
  | { readonly type: 'load'; readonly now: number }
  | { readonly type: 'progress'; readonly progress: LoadProgress; readonly now: number }
  | { readonly type: 'loaded'; readonly report: ServerReport }
  | { readonly type: 'failed'; readonly error: ForetokenError }
  | { readonly type: 'settings'; readonly settings: Partial<EngineSettings> }
  | { readonly type: 'resetSettings' };

export function initialEngine(choices: ModelChoices, settings: EngineSettings, now: number): EngineState {
  return { choices, settings, status: startLoading(now) };
}

export function reduceEngine(state: EngineState, action: EngineAction): EngineState {
  switch (action.type) {
    case 'choose':
      return { ...state, choices: action.choices };
    case 'load':
      return { ...state, status: startLoading(action.now) };
    case 'progress':
      return state.status.kind === 'loading'
        ? { ...state, status: advance(state.status, action.progress, action.now) }
        : state;
    case 'loaded':
      return { ...state, status: { kind: 'ready', report: action.report } };
    case 'failed':
      return { ...state, status: { kind: 'failed', error: action.error } };
    case 'settings': {
      // A context that the user sets has precedence over one that was proposed.
      const nCtx = action.settings.nCtx === undefined ? state.choices.nCtx : null;
      return {
        ...state,
        choices: { ...state.choices, nCtx },
        settings: { ...state.settings, ...action.settings },
      };
    }
    case 'resetSettings':
      return { ...state, settings: DEFAULT_ENGINE };
    default:
      return assertNever(action);
  }
}

/** Loaded bytes of all models, and their total. */
export function totalProgress({ byModel }: Loading): { loadedBytes: number; totalBytes: number } {
  let loadedBytes = 0;
  let totalBytes = 0;
  for (const progress of Object.values(byModel)) {
    loadedBytes += progress.loadedBytes;
    totalBytes += progress.totalBytes;
  }
  return { loadedBytes, totalBytes };
}

function startLoading(now: number): Loading {
  return { kind: 'loading', since: now, bytesPerSecond: 0, latest: null, byModel: {} };
}

function advance(loading: Loading, progress: LoadProgress, now: number): Loading {
  const next = { ...loading, latest: progress, byModel: { ...loading.byModel, [progress.model]: progress } };
  const seconds = (now - loading.since) / 1000;
  return { ...next, bytesPerSecond: seconds > 0 ? totalProgress(next).loadedBytes / seconds : 0 };
}
