import type { Kernel } from '../gpu/kernel.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import type { Tuning } from '../gpu/tuning.ts';
import { assert } from '../util/assert.ts';
import type { Contents, Result } from './contents.ts';

/** A kernel's inputs, and what has to come of them. */
export interface Setup {
  /** Contents of binding 0, 1, … before the run. */
  readonly bindings: readonly Contents[];
  /** Workgroups to run; also asked for kernels that differ from the check's own only in their tile. */
  readonly grid: (spec: KernelSpec) => readonly [number, number, number];
  /** Asks the CPU twin: the results of each row of the batch, of which a row may have several. */
  readonly results: () => readonly (readonly Result[])[];
}

/** What a kernel is to be tried on. */
export interface Batch<P, I> {
  readonly parameters: P;
  readonly spec: KernelSpec<P>;
  /** Numbers of the rows. A row has the same contents in every batch, so that it can be compared with itself alone. */
  readonly rows: readonly number[];
  /** Whatever varies beside the parameters: magnitudes, positions, ties. */
  readonly inputs: I;
  /** Whether all of the grid runs; if not, as few workgroups as show an error. */
  readonly isWhole: boolean;
}

/** Everything that tests, self-test, lab and benchmarks need to try one kernel. */
export interface Check<P, I> {
  readonly kernel: Kernel<P>;
  /** Inputs of the self-test at load. */
  readonly usual: I;
  /** False for a kernel that does not compute rows of a batch. */
  readonly isBatched: boolean;
  readonly setUp: (batch: Batch<P, I>) => Setup;
}

/** A check whose kernel's parameters nobody needs to know. */
export interface LoadCheck {
  readonly shader: string;
  readonly isBatched: boolean;
  /** Sets up a few workgroups of a pipeline of a plan. */
  readonly setUpFew: (spec: KernelSpec, rows: readonly number[]) => Setup;
}

export type KernelCheck<P, I> = Check<P, I> & LoadCheck;

/** Defines how a kernel is checked. */
export function kernelCheck<P, I, K extends keyof Tuning>(
  definition: Omit<Check<P, I>, 'kernel' | 'isBatched'> & {
    readonly kernel: Kernel<P, K>;
    readonly isBatched?: false;
  },
): KernelCheck<P, I> {
  const { kernel, setUp, usual } = definition;
  return {
    isBatched: true,
    ...definition,
    kernel: kernel as Kernel<P>,
    shader: kernel.shader,
    setUpFew(spec, rows) {
      assert(spec.shader === kernel.shader, () => `${spec.shader} is not checked as ${kernel.shader}`);
      // The kernel made the spec, from its own parameters.
      const own = spec as KernelSpec<P>;
      return setUp({ parameters: own.parameters, spec: own, rows, inputs: usual, isWhole: false });
    },
  };
}
