import type {
  ConformanceCase,
  Control,
  DraftCheck,
  Failure,
  Golden,
  Invariance,
  KernelSpeed,
  Load,
  Measurement,
  OwnLimits,
  Part,
  Speculation,
  Throughput,
} from '../report/index.ts';
import type { Bench } from './bench.ts';

/** What names a kernel's timing, what was compiled for it, and what it has to move and compute. */
export type KernelShape = Pick<
  KernelSpeed,
  'id' | 'kernel' | 'weightType' | 'variant' | 'tuning' | 'parameters' | 'shader' | 'bytes' | 'flops'
>;

/** One entry of a report. */
export type Finding =
  | { readonly part: 'conformance'; readonly entry: ConformanceCase }
  | { readonly part: 'controls'; readonly entry: Control }
  | { readonly part: 'invariance'; readonly entry: Invariance }
  | { readonly part: 'goldens'; readonly entry: Golden }
  | { readonly part: 'drafts'; readonly entry: DraftCheck }
  | { readonly part: 'speed.limits'; readonly limit: keyof OwnLimits; readonly entry: Measurement }
  /** Rates and fractions follow from the limits, which may be measured later: milliseconds are what is found. */
  | {
      readonly part: 'speed.kernels';
      readonly shape: KernelShape;
      readonly entry: readonly number[] | Failure;
    }
  | { readonly part: 'speed.throughput'; readonly entry: Throughput }
  | { readonly part: 'speed.speculation'; readonly entry: Speculation }
  | { readonly part: 'speed.load'; readonly entry: Load };

export type JobPart = Part | 'speed.limits';

/** One thing to find out, which can be found out alone. */
export interface Job {
  /** Names it in links, and in a report's incidents. */
  readonly id: string;
  readonly part: JobPart;
  /** Longer than this is a hang. */
  readonly limitMs: number;
  /** Seconds it takes on a software adapter, roughly: what the time to go is guessed from. */
  readonly weight: number;
  run(bench: Bench): Promise<readonly Finding[]>;
  /** The findings where `run` came to no end of its own. */
  failed(failure: Failure): readonly Finding[];
}

/** The parts whose figures mean nothing when the tab was hidden in between. */
export function isTimed(part: JobPart): boolean {
  return part.startsWith('speed.');
}
