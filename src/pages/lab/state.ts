import type { LabEvent, LabOptions, LabSet, PlannedJob } from '../../lab/labOptions.ts';
import type { KnownProvenance } from '../../lab/provenance.ts';
import type { Incident, Report } from '../../report/index.ts';
import { assertNever } from '../../util/assert.ts';
import type { ForetokenError } from '../../util/errors.ts';
import type { Theme } from '../frame/theme.ts';
import { type Result, resultsOf } from './results.ts';

/** GPU before a run. */
export type Device =
  | { readonly kind: 'asking' }
  | { readonly kind: 'known'; readonly provenance: KnownProvenance }
  | { readonly kind: 'none'; readonly error: ForetokenError };

/** Current run. */
export interface Running {
  readonly options: LabOptions;
  readonly phase: 'running' | 'paused' | 'stopping';
  readonly jobs: readonly PlannedJob[];
  readonly done: ReadonlySet<string>;
  readonly current: string | null;
  /** Start of the first job, and the duration of pauses since. */
  readonly beganAt: number | null;
  readonly pausedAt: number | null;
  readonly pausedMs: number;
}

export interface State {
  readonly theme: Theme;
  readonly device: Device;
  readonly set: LabSet;
  /** Case in the page's address. */
  readonly linked: string | null;
  readonly running: Running | null;
  /** Results by the id of their job. */
  readonly results: ReadonlyMap<string, readonly Result[]>;
  readonly incidents: readonly Incident[];
  /** Reason why the last run has no report. */
  readonly problem: ForetokenError | null;
  /** Reports of this visit, the latest first. */
  readonly reports: readonly Report[];
}

export type Action =
  | { readonly type: 'theme'; readonly theme: Theme }
  | { readonly type: 'device'; readonly device: Device }
  | { readonly type: 'set'; readonly set: LabSet }
  | { readonly type: 'start'; readonly options: LabOptions }
  | { readonly type: 'event'; readonly event: LabEvent; readonly now: number }
  | { readonly type: 'phase'; readonly phase: Running['phase']; readonly now: number }
  | { readonly type: 'ended'; readonly report: Report }
  | { readonly type: 'failed'; readonly error: ForetokenError };

export function initialState(theme: Theme, linked: string | null): State {
  return {
    theme,
    device: { kind: 'asking' },
    set: 'quick',
    linked,
    running: null,
    results: new Map(),
    incidents: [],
    problem: null,
    reports: [],
  };
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'theme':
      return { ...state, theme: action.theme };
    case 'device':
      return { ...state, device: action.device };
    case 'set':
      return { ...state, set: action.set };
    case 'start':
      return started(state, action.options);
    case 'event':
      return state.running ? told(state, state.running, action.event, action.now) : state;
    case 'phase':
      return state.running ? { ...state, running: inPhase(state.running, action.phase, action.now) } : state;
    case 'ended':
      return { ...state, running: null, reports: [action.report, ...state.reports] };
    case 'failed':
      return { ...state, running: null, problem: action.error };
    default:
      return assertNever(action);
  }
}

function started(state: State, options: LabOptions): State {
  const running: Running = {
    options,
    phase: 'running',
    jobs: [],
    done: new Set(),
    current: null,
    beganAt: null,
    pausedAt: null,
    pausedMs: 0,
  };
  // Single cases that are run again keep the other results.
  const fresh = options.only ? {} : { results: new Map(), incidents: [] };
  return { ...state, ...fresh, running, problem: null };
}

function told(state: State, running: Running, event: LabEvent, now: number): State {
  switch (event.kind) {
    case 'provenance':
      return { ...state, device: { kind: 'known', provenance: event.provenance } };
    case 'plan':
      return { ...state, running: { ...running, jobs: event.jobs } };
    case 'begin':
      return { ...state, running: { ...running, current: event.id, beganAt: running.beganAt ?? now } };
    case 'found':
      return {
        ...state,
        running: { ...running, done: new Set([...running.done, event.id]) },
        results: new Map([...state.results, [event.id, resultsOf(event.id, event.findings)]]),
      };
    case 'incident':
      return { ...state, incidents: [...state.incidents, event.incident] };
    default:
      return assertNever(event);
  }
}

function inPhase(running: Running, phase: Running['phase'], now: number): Running {
  const pausedMs = running.pausedMs + (running.pausedAt === null ? 0 : now - running.pausedAt);
  return { ...running, phase, pausedMs, pausedAt: phase === 'paused' ? now : null };
}

/** Progress of a run from 0 to 1, and the estimated remaining seconds; null until there is data for it. */
export function progressOf(running: Running, now: number): { share: number; secondsLeft: number | null } {
  const { jobs, done, beganAt, pausedAt, pausedMs } = running;
  const sum = (list: readonly PlannedJob[]) => list.reduce((total, { weight }) => total + weight, 0);
  const total = sum(jobs);
  const finished = sum(jobs.filter(({ id }) => done.has(id)));
  const share = total === 0 ? 0 : finished / total;
  if (beganAt === null || share < 0.02) return { share, secondsLeft: null };
  const seconds = ((pausedAt ?? now) - beganAt - pausedMs) / 1000;
  return { share, secondsLeft: (seconds * (1 - share)) / share };
}
