import type {
  ConformanceCase,
  Control,
  DraftCheck,
  Failure,
  Golden,
  Invariance,
  KernelShape,
  Load,
  Measurement,
  OwnLimits,
  Part,
  Speculation,
  Throughput,
} from '../report/index.ts';
import type { Bench } from './bench.ts';

/** Entry of a report. */
export type Finding =
  | { readonly part: 'conformance'; readonly entry: ConformanceCase }
  | { readonly part: 'controls'; readonly entry: Control }
  | { readonly part: 'invariance'; readonly entry: Invariance }
  | { readonly part: 'goldens'; readonly entry: Golden }
  | { readonly part: 'drafts'; readonly entry: DraftCheck }
  | { readonly part: 'speed.limits'; readonly limit: keyof OwnLimits; readonly entry: Measurement }
  /** Milliseconds only: rates and fractions follow from the limits, which may be measured later. */
  | {
      readonly part: 'speed.kernels';
      readonly shape: KernelShape;
      readonly entry: readonly number[] | Failure;
    }
  | { readonly part: 'speed.throughput'; readonly entry: Throughput }
  | { readonly part: 'speed.speculation'; readonly entry: Speculation }
  | { readonly part: 'speed.load'; readonly entry: Load };

export type JobPart = Part | 'speed.limits';

/** Independent unit of a run. */
export interface Job {
  /** Name in links, and in a report's incidents. */
  readonly id: string;
  readonly part: JobPart;
  /** Time after which it counts as hanging. */
  readonly limitMs: number;
  /** Approximate seconds on a software adapter, for the estimate of the remaining time. */
  readonly weight: number;
  run(bench: Bench): Promise<readonly Finding[]>;
  /** Findings if `run` does not finish. */
  failed(failure: Failure): readonly Finding[];
}

/** Whether a part's figures are meaningless if the tab was hidden meanwhile. */
export function isTimed(part: JobPart): boolean {
  return part.startsWith('speed.');
}
