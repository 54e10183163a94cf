import type {
  ForetokenError,
  LoadProgress,
  ServerReport,
  StoredModel,
  StoreUsage,
} from '../../../client/index.ts';
import { assertNever } from '../../../util/assert.ts';
import { DEFAULT_ENGINE, type EngineSettings } from '../settings/settings.ts';

export type Role = LoadProgress['model'];

/** Source of a model; only a draft may be none. */
export type ModelChoice =
  | { readonly kind: 'bundled' }
  /** One file, or all parts of a split model. */
  | { readonly kind: 'files'; readonly files: readonly File[] }
  /** Address of a file, or `hf:ORG/NAME:TYPE`. */
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'none' };

export type ModelChoices = Readonly<Record<Role, ModelChoice>>;

/** Progress of loading per model, and its start in milliseconds of `performance.now()`. */
export interface Loading {
  readonly kind: 'loading';
  readonly since: number;
  readonly bytesPerSecond: number;
  readonly latest: LoadProgress | null;
  readonly byModel: Readonly<Partial<Record<Role, LoadProgress>>>;
}

export type Engine =
  | Loading
  | { readonly kind: 'ready'; readonly report: ServerReport }
  | { readonly kind: 'failed'; readonly error: ForetokenError };

/** Models that the browser stores. */
export interface Stored {
  readonly models: readonly StoredModel[];
  readonly usage: StoreUsage;
}

export interface ModelState {
  readonly choices: ModelChoices;
  readonly settings: EngineSettings;
  readonly engine: Engine;
  /** Null before the list is read, and where there is no storage. */
  readonly stored: Stored | null;
  /** Last failure of the storage, until it is dismissed. */
  readonly storeError: ForetokenError | null;
}

export type ModelAction =
  | { readonly type: 'choose'; readonly role: Role; readonly choice: ModelChoice }
  | { readonly type: 'load'; readonly now: number }
  | { readonly type: 'progress'; readonly progress: LoadProgress; readonly now: number }
  | { readonly type: 'loaded'; readonly report: ServerReport }
  | { readonly type: 'failed'; readonly error: ForetokenError }
  | { readonly type: 'stored'; readonly stored: Stored | null }
  | { readonly type: 'storeFailed'; readonly error: ForetokenError | null }
  | { readonly type: 'settings'; readonly settings: Partial<EngineSettings> }
  | { readonly type: 'resetSettings' };

export const BUNDLED_PAIR: ModelChoices = { target: { kind: 'bundled' }, draft: { kind: 'bundled' } };

export function initialModels(choices: ModelChoices, settings: EngineSettings, now: number): ModelState {
  return { choices, settings, engine: startLoading(now), stored: null, storeError: null };
}

export function reduceModels(state: ModelState, action: ModelAction): ModelState {
  switch (action.type) {
    case 'choose':
      return { ...state, choices: choose(state.choices, action.role, action.choice) };
    case 'load':
      return { ...state, engine: startLoading(action.now) };
    case 'progress':
      return state.engine.kind === 'loading'
        ? { ...state, engine: advance(state.engine, action.progress, action.now) }
        : state;
    case 'loaded':
      return { ...state, engine: { kind: 'ready', report: action.report } };
    case 'failed':
      return { ...state, engine: { kind: 'failed', error: action.error } };
    case 'stored':
      return { ...state, stored: action.stored };
    case 'storeFailed':
      return { ...state, storeError: action.error };
    case 'settings':
      return { ...state, settings: { ...state.settings, ...action.settings } };
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

/** Drops the bundled draft, which fits only the bundled target's vocabulary. */
function choose(choices: ModelChoices, role: Role, choice: ModelChoice): ModelChoices {
  const next = { ...choices, [role]: choice };
  const orphaned = role === 'target' && choice.kind !== 'bundled' && choices.draft.kind === 'bundled';
  return orphaned ? { ...next, draft: { kind: 'none' } } : next;
}
