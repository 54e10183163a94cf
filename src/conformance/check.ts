import type { Kernel } from '../gpu/kernel.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import type { Tuning } from '../gpu/tuning.ts';
import type { Rounding } from '../reference/fma32.ts';
import { assert } from '../util/assert.ts';
import type { Contents, Result } from './contents.ts';

/** Inputs of a kernel, and its expected results. */
export interface Setup {
  /** Contents of binding 0, 1, … before the run. */
  readonly bindings: readonly Contents[];
  /** Workgroups to run; also called for kernels that differ from the check's own only in their tile. */
  readonly grid: (spec: KernelSpec) => readonly [number, number, number];
  /** Computes the results by the CPU twin. A row of the batch may have several results. */
  readonly results: () => readonly (readonly Result[])[];
  /**
   * The same results with the bits that docs/exactness.md gives them, where the CPU computes those. They depend on how the adapter
   * rounds `fma`, so neither the self-test nor the lab asks for them.
   */
  readonly canonicalResults?: (rounding: Rounding) => readonly (readonly Result[])[];
}

/** Parameters, rows and inputs to try a kernel on. */
export interface Batch<P, I> {
  readonly parameters: P;
  readonly spec: KernelSpec<P>;
  /** Numbers of the rows. A row has the same contents in every batch, so that it can be compared with itself alone. */
  readonly rows: readonly number[];
  /** Inputs other than the parameters: magnitudes, positions, ties. */
  readonly inputs: I;
  /** Whether to run the whole grid, or only as few workgroups as show an error. */
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

/** Check without the type of its kernel's parameters. */
export interface LoadCheck {
  readonly shader: string;
  readonly isBatched: boolean;
  /** Sets up a few workgroups of a plan's pipeline. */
  readonly setUpFew: (spec: KernelSpec, rows: readonly number[]) => Setup;
}

export type KernelCheck<P, I> = Check<P, I> & LoadCheck;

/** Defines the check of a kernel. */
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
      // The kernel made the spec, so it has the kernel's own parameters.
      const own = spec as KernelSpec<P>;
      return setUp({ parameters: own.parameters, spec: own, rows, inputs: usual, isWhole: false });
    },
  };
}
