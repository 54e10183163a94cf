import type { ShaderChange } from '../conformance/shaderChange.ts';
import type { Incident, Report } from '../report/index.ts';
import type { WireError } from '../util/errors.ts';
import type { Finding, JobPart } from './job.ts';
import type { KnownProvenance } from './provenance.ts';

/** `quick` takes three minutes at most without a GPU; `full` has no limit. */
export const SETS = ['quick', 'full'] as const;
export type LabSet = (typeof SETS)[number];

export interface LabOptions {
  readonly set: LabSet;
  /**
   * Runs only the jobs with these ids, of `set` or of another set that has them. An id without its tuning matches every tuning;
   * an id that ends in `*` matches by prefix.
   */
  readonly only?: readonly string[];
  /** Command line of the browser, for the report: a page cannot read it. */
  readonly flags?: readonly string[];
  /** Label of the report, for adapters that the browser does not name, or that are alike. */
  readonly label?: string;
  /** Simulates a driver that gets a shader wrong, by changing its text; for tests of the lab itself. */
  readonly change?: ShaderChange;
}

/** Job as the page shows it. */
export interface PlannedJob {
  readonly id: string;
  readonly part: JobPart;
  readonly weight: number;
}

/** Progress event of a run. */
export type LabEvent =
  | { readonly kind: 'provenance'; readonly provenance: KnownProvenance }
  | { readonly kind: 'plan'; readonly jobs: readonly PlannedJob[] }
  | { readonly kind: 'begin'; readonly id: string }
  | { readonly kind: 'found'; readonly id: string; readonly findings: readonly Finding[] }
  | { readonly kind: 'incident'; readonly incident: Incident };

/** Progress of a run. */
export interface LabProgress {
  readonly nDone: number;
  readonly nJobs: number;
  readonly current: string | null;
  /** Null until there is data for an estimate. */
  readonly secondsLeft: number | null;
}

/** API for browser drivers, in `window.foretokenLab`. */
export interface LabDriver {
  /** Runs the lab, with the page showing it, and resolves to the report. */
  run(options: LabOptions): Promise<Report>;
  /** Progress; null while nothing runs. */
  progress(): LabProgress | null;
  /** Ends the current run; `run` then resolves to the report of what was done. */
  stop(): void;
}

/** Messages from the page to the worker that runs the lab. */
export type LabCommand =
  | { readonly kind: 'run'; readonly options: LabOptions; readonly base: string; readonly isHidden: boolean }
  | { readonly kind: 'pause' | 'resume' | 'stop' | 'hidden' | 'visible' };

/** Messages from the worker to the page. */
export type LabMessage =
  | { readonly kind: 'event'; readonly event: LabEvent }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'error'; readonly error: WireError };
