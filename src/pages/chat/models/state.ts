import type {
  AdapterReport,
  ForetokenError,
  MemoryEstimate,
  ModelFiles,
  StoredModel,
  StoreProgress,
  StoreUsage,
  VerifyReport,
} from '../../../client/index.ts';
import type { ModelGroup } from '../../../hub/modelGroups.ts';
import type { FoundRepository } from '../../../hub/search.ts';
import { assertNever } from '../../../util/assert.ts';
import { type HubAccess, PUBLIC_HUB } from './access.ts';
import type { BrowserFacts } from './browser.ts';
import type { LocalFiles } from './localModels.ts';

/** Models that are loaded together. */
export interface Pair {
  readonly target: ModelFiles;
  /** Null to draft from the text itself. */
  readonly draft: ModelFiles | null;
  /** Context of all slots; absent for the one of the settings. */
  readonly nCtx?: number | undefined;
}

/** Models that the browser keeps. */
export interface Stored {
  readonly models: readonly StoredModel[];
  readonly usage: StoreUsage;
}

/** Look-up of what a pair needs. */
export type FitLookup =
  | { readonly kind: 'asking' }
  | { readonly kind: 'known'; readonly estimate: MemoryEstimate }
  | { readonly kind: 'failed'; readonly error: ForetokenError };

/** Download or check of a model of the store. */
export interface Job {
  /** Address of the model, its name in the store. */
  readonly id: string;
  readonly kind: 'download' | 'verify';
  /** Null before the first byte. */
  readonly progress: StoreProgress | null;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly report: VerifyReport | null }
  | { readonly kind: 'canceled' }
  | { readonly kind: 'failed'; readonly error: ForetokenError };

/** Search of the Hub. */
export type Search =
  | { readonly kind: 'idle' }
  | { readonly kind: 'searching' }
  | { readonly kind: 'found'; readonly repositories: readonly FoundRepository[] }
  | {
      readonly kind: 'repository';
      readonly name: string;
      readonly groups: readonly ModelGroup[];
      /** Type or file that the address named. */
      readonly wanted: string | null;
    }
  /** GGUF file outside of the Hub. */
  | { readonly kind: 'file'; readonly url: string }
  | { readonly kind: 'failed'; readonly error: ForetokenError };

export interface ModelsState {
  readonly browser: BrowserFacts;
  /** How everything here reaches the Hub. */
  readonly access: HubAccess;
  readonly isAccessShown: boolean;
  /** Adapter that answered; null before one did. */
  readonly adapter: AdapterReport | null;
  /** Null before it is read, and where the browser keeps nothing. */
  readonly stored: Stored | null;
  /** Failure of the last change of the store. */
  readonly storeError: ForetokenError | null;
  /** By the address of the model. */
  readonly jobs: Readonly<Record<string, Job>>;
  /** By the key of a pair, see `pairKey`. */
  readonly fits: Readonly<Record<string, FitLookup>>;
  readonly query: string;
  readonly search: Search;
  /** Chosen files of this computer; null before there are any. */
  readonly local: LocalFiles | null;
}

export type ModelsAction =
  | { readonly type: 'access'; readonly access: HubAccess }
  | { readonly type: 'accessShown'; readonly isShown: boolean }
  | { readonly type: 'adapter'; readonly adapter: AdapterReport }
  | { readonly type: 'stored'; readonly stored: Stored | null }
  | { readonly type: 'storeFailed'; readonly error: ForetokenError }
  | { readonly type: 'storeDismissed' }
  | { readonly type: 'jobStarted'; readonly id: string; readonly kind: Job['kind'] }
  | { readonly type: 'jobProgress'; readonly progress: StoreProgress }
  | { readonly type: 'jobEnded'; readonly id: string; readonly outcome: Outcome }
  | { readonly type: 'jobDismissed'; readonly id: string }
  | { readonly type: 'fit'; readonly key: string; readonly lookup: FitLookup }
  | { readonly type: 'fitForgotten'; readonly key: string }
  | { readonly type: 'query'; readonly query: string }
  | { readonly type: 'search'; readonly search: Search }
  | { readonly type: 'local'; readonly local: LocalFiles | null };

export function initialModels(browser: BrowserFacts, access: HubAccess = PUBLIC_HUB): ModelsState {
  return {
    browser,
    access,
    isAccessShown: false,
    adapter: null,
    stored: null,
    storeError: null,
    jobs: {},
    fits: {},
    query: '',
    search: { kind: 'idle' },
    local: null,
  };
}

export function reduceModels(state: ModelsState, action: ModelsAction): ModelsState {
  switch (action.type) {
    case 'access':
      return { ...state, access: action.access, fits: withoutFailures(state.fits) };
    case 'accessShown':
      return { ...state, isAccessShown: action.isShown };
    case 'adapter':
      return { ...state, adapter: action.adapter };
    case 'stored':
      return { ...state, stored: action.stored };
    case 'storeFailed':
      return { ...state, storeError: action.error };
    case 'storeDismissed':
      return { ...state, storeError: null };
    case 'jobStarted': {
      const { id, kind } = action;
      const job: Job = { id, kind, progress: null, outcome: { kind: 'running' } };
      return { ...state, jobs: { ...state.jobs, [id]: job } };
    }
    case 'jobProgress':
      return withJob(state, action.progress.id, job =>
        // A last report may come after the end.
        job.outcome.kind === 'running' ? { ...job, progress: action.progress } : job,
      );
    case 'jobEnded':
      return withJob(state, action.id, job => ({ ...job, outcome: action.outcome }));
    case 'jobDismissed':
      return { ...state, jobs: without(state.jobs, action.id) };
    case 'fit':
      return withFit(state, action.key, action.lookup);
    case 'fitForgotten':
      return { ...state, fits: without(state.fits, action.key) };
    case 'query':
      return { ...state, query: action.query };
    case 'search':
      return { ...state, search: action.search };
    case 'local':
      return { ...state, local: action.local };
    default:
      return assertNever(action);
  }
}

/** Key of the fit of chosen files. */
export const LOCAL_KEY = 'files';

/** Key of the fit of a pair: the addresses and the context. */
export function pairKey({ target, draft, nCtx }: Pair): string {
  if (typeof target !== 'string') return LOCAL_KEY;
  return JSON.stringify([target, draft, nCtx ?? null]);
}

/** Whether the browser has all of a model. */
export function isStored({ stored }: ModelsState, address: string): boolean {
  return stored?.models.some(({ id, isComplete }) => id === address && isComplete) ?? false;
}

/** Addresses of a pair's models that come from the Hub and are not kept yet. */
export function missingOf(state: ModelsState, { target, draft }: Pair): readonly string[] {
  return [target, draft].filter(isHubAddress).filter(address => !isStored(state, address));
}

function isHubAddress(model: ModelFiles | null): model is string {
  return typeof model === 'string' && model.startsWith('hf:');
}

function withJob(state: ModelsState, id: string, change: (job: Job) => Job): ModelsState {
  const job = state.jobs[id];
  return job ? { ...state, jobs: { ...state.jobs, [id]: change(job) } } : state;
}

function withFit(state: ModelsState, key: string, lookup: FitLookup): ModelsState {
  const adapter = lookup.kind === 'known' ? lookup.estimate.adapter : null;
  return { ...state, fits: { ...state.fits, [key]: lookup }, adapter: adapter ?? state.adapter };
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  const { [key]: _, ...others } = record;
  return others;
}

/** Look-ups of which another access may have another result are made anew. */
function withoutFailures(fits: ModelsState['fits']): ModelsState['fits'] {
  return Object.fromEntries(Object.entries(fits).filter(([, { kind }]) => kind !== 'failed'));
}
