import type { ShaderChange } from '../conformance/shaderChange.ts';
import type { Incident, Report } from '../report/index.ts';
import type { WireError } from '../util/errors.ts';
import type { Finding, JobPart } from './job.ts';
import type { KnownProvenance } from './provenance.ts';

/** `quick` takes three minutes at most where there is no GPU, and `full` as long as it takes. */
export const SETS = ['quick', 'full'] as const;
export type LabSet = (typeof SETS)[number];

export interface LabOptions {
  readonly set: LabSet;
  /**
   * Only the jobs with these ids, of `set` or of another that has them. An id without its tuning names the case under each of
   * them, one that ends in `*` all that begin so.
   */
  readonly only?: readonly string[];
  /** Arguments of the browser, for the report: a page cannot see them. */
  readonly flags?: readonly string[];
  /** What the report is called, where the browser does not name the adapter, or more than one is alike. */
  readonly label?: string;
  /** A driver that gets a shader wrong, played by another text of it: what the lab itself is tested with. */
  readonly change?: ShaderChange;
}

/** A job as the page shows it. */
export interface PlannedJob {
  readonly id: string;
  readonly part: JobPart;
  readonly weight: number;
}

/** What is told of a run while it goes on. */
export type LabEvent =
  | { readonly kind: 'provenance'; readonly provenance: KnownProvenance }
  | { readonly kind: 'plan'; readonly jobs: readonly PlannedJob[] }
  | { readonly kind: 'begin'; readonly id: string }
  | { readonly kind: 'found'; readonly id: string; readonly findings: readonly Finding[] }
  | { readonly kind: 'incident'; readonly incident: Incident };

/** How far a run is. */
export interface LabProgress {
  readonly nDone: number;
  readonly nJobs: number;
  readonly current: string | null;
  /** null until there is something to go by. */
  readonly secondsLeft: number | null;
}

/** What a browser driver finds in `window.foretokenLab`. */
export interface LabDriver {
  /** Runs the lab, with the page showing it, and resolves to the report. */
  run(options: LabOptions): Promise<Report>;
  /** null while nothing runs. */
  progress(): LabProgress | null;
  /** Ends the run under way; `run` then resolves to the report of what was done. */
  stop(): void;
}

/** What the page tells the worker that runs the lab. */
export type LabCommand =
  | { readonly kind: 'run'; readonly options: LabOptions; readonly base: string; readonly isHidden: boolean }
  | { readonly kind: 'pause' | 'resume' | 'stop' | 'hidden' | 'visible' };

/** What the worker tells the page. */
export type LabMessage =
  | { readonly kind: 'event'; readonly event: LabEvent }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'error'; readonly error: WireError };
