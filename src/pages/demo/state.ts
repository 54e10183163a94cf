import type {
  CompletionChunk,
  ForetokenError,
  LoadProgress,
  ServerReport,
  StoredModel,
  StoreUsage,
  Timings,
} from '../../client/index.ts';
import type { Theme } from '../frame/theme.ts';
import type { Preferences } from './preferences.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';

export type Role = LoadProgress['model'];

/** Source of a model; only a draft may be none. */
export type ModelChoice =
  | { readonly kind: 'bundled' }
  /** One file, or all parts of a split model. */
  | { readonly kind: 'files'; readonly files: readonly File[] }
  /** Address of a file, or `hf:ORG/NAME:TYPE`. */
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'none' };

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
  | { readonly kind: 'failed' };

/** Text of consecutive tokens of one origin. */
export interface Span {
  readonly text: string;
  readonly drafted: boolean;
}

/** The last generation. */
export interface Run {
  readonly phase: 'running' | 'finished' | 'stopped' | 'failed';
  readonly prompt: string;
  readonly spans: readonly Span[];
  readonly startedAt: number;
  readonly firstTokenMs: number | null;
  readonly timings: Timings | null;
  /** Sentence with the reason for its end. */
  readonly ending: string;
}

/** Models that the browser stores. */
export interface Stored {
  readonly models: readonly StoredModel[];
  readonly usage: StoreUsage;
}

export interface State extends Preferences {
  readonly models: Readonly<Record<Role, ModelChoice>>;
  readonly engine: Engine;
  /** Null before the list is read, and where there is no storage. */
  readonly stored: Stored | null;
  readonly prompt: string;
  readonly run: Run | null;
  /** Last problem, until it is dismissed or retried. */
  readonly problem: ForetokenError | null;
}

export type Action =
  | { readonly type: 'choose'; readonly role: Role; readonly choice: ModelChoice }
  | { readonly type: 'load'; readonly now: number }
  | { readonly type: 'progress'; readonly progress: LoadProgress; readonly now: number }
  | { readonly type: 'loaded'; readonly report: ServerReport }
  | { readonly type: 'stored'; readonly stored: Stored | null }
  | { readonly type: 'storeFailed'; readonly error: ForetokenError }
  | { readonly type: 'engineFailed'; readonly error: ForetokenError }
  | { readonly type: 'prompt'; readonly prompt: string }
  | { readonly type: 'run'; readonly now: number }
  | { readonly type: 'event'; readonly event: CompletionChunk; readonly now: number }
  | { readonly type: 'stopped' }
  | { readonly type: 'runFailed'; readonly error: ForetokenError }
  | { readonly type: 'dismiss' }
  | { readonly type: 'settings'; readonly settings: Partial<Settings> }
  | { readonly type: 'resetSettings' }
  | { readonly type: 'theme'; readonly theme: Theme };

export const FIRST_PROMPT = 'I believe the meaning of life is';

export function initialState(preferences: Preferences, now: number): State {
  return {
    ...preferences,
    models: { target: { kind: 'bundled' }, draft: { kind: 'bundled' } },
    engine: startLoading(now),
    stored: null,
    prompt: FIRST_PROMPT,
    run: null,
    problem: null,
  };
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'choose':
      return { ...state, models: choose(state.models, action.role, action.choice) };
    case 'load':
      return { ...state, engine: startLoading(action.now), problem: null };
    case 'progress':
      return state.engine.kind === 'loading'
        ? { ...state, engine: advance(state.engine, action.progress, action.now) }
        : state;
    case 'loaded':
      return { ...state, engine: { kind: 'ready', report: action.report } };
    case 'engineFailed':
      return { ...state, engine: { kind: 'failed' }, problem: action.error };
    case 'stored':
      return { ...state, stored: action.stored };
    case 'storeFailed':
      return { ...state, problem: action.error };
    case 'prompt':
      return { ...state, prompt: action.prompt };
    case 'run':
      return { ...state, run: startRun(state.prompt, action.now), problem: null };
    case 'event':
      return state.run ? { ...state, run: receive(state.run, action.event, action.now) } : state;
    case 'stopped':
      return state.run ? { ...state, run: { ...state.run, phase: 'stopped', ending: 'Stopped.' } } : state;
    case 'runFailed':
      // Show the failure of the engine itself, if there is one.
      return {
        ...state,
        run: failed(state.run),
        problem: state.engine.kind === 'failed' ? state.problem : action.error,
      };
    case 'dismiss':
      return { ...state, problem: null };
    case 'settings':
      return { ...state, settings: { ...state.settings, ...action.settings } };
    case 'resetSettings':
      return { ...state, settings: DEFAULT_SETTINGS };
    case 'theme':
      return { ...state, theme: action.theme };
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
function choose(models: State['models'], role: Role, choice: ModelChoice): State['models'] {
  const next = { ...models, [role]: choice };
  const orphaned = role === 'target' && choice.kind !== 'bundled' && models.draft.kind === 'bundled';
  return orphaned ? { ...next, draft: { kind: 'none' } } : next;
}

function startRun(prompt: string, now: number): Run {
  return {
    phase: 'running',
    prompt,
    spans: [],
    startedAt: now,
    firstTokenMs: null,
    timings: null,
    ending: '',
  };
}

/** Keeps the text before a failure; a run without text is removed. */
function failed(run: Run | null): Run | null {
  return run && run.spans.length > 0 ? { ...run, phase: 'failed', ending: '' } : null;
}

function receive(run: Run, event: CompletionChunk, now: number): Run {
  const timings = event.timings ?? run.timings;
  if (event.stop) return { ...run, phase: 'finished', timings, ending: ending(event) };
  return {
    ...run,
    spans: append(run.spans, { text: event.content, drafted: event.drafted }),
    firstTokenMs: run.firstTokenMs ?? now - run.startedAt,
    timings,
  };
}

function append(spans: readonly Span[], span: Span): readonly Span[] {
  if (span.text === '') return spans;
  const last = spans.at(-1);
  if (!last || last.drafted !== span.drafted) return [...spans, span];
  return [...spans.slice(0, -1), { ...last, text: last.text + span.text }];
}

function ending({ stop_type, tokens_predicted, truncated }: CompletionChunk & { stop: true }): string {
  const count = `${tokens_predicted} ${tokens_predicted === 1 ? 'token' : 'tokens'}`;
  switch (stop_type) {
    case 'eos':
      return `The model ended its text after ${count}.`;
    case 'limit':
      return truncated ? `The context was full after ${count}.` : `Reached the limit of ${count}.`;
    case 'word':
    case 'none':
      return `Ended after ${count}.`;
  }
}
