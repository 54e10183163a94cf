import type { KernelSpec } from './pipelines.ts';
import type { Tuning } from './tuning.ts';

/** Knobs K of a tuning, as a kernel reads them; optional if there are none. */
type TuningOf<K extends keyof Tuning> = [K] extends [never] ? [unknown?] : [Pick<Tuning, K>];

/** Host side of a kernel: turns its parameters into the pipeline to compile and the grid to run. */
export interface Kernel<P, K extends keyof Tuning = keyof Tuning> {
  (parameters: P, ...tuning: TuningOf<K>): KernelSpec<P>;
  /** File below `shaders/`, without its extension; named after the ggml op. */
  readonly shader: string;
  /** Knobs that change the kernel. */
  readonly tuned: readonly K[];
}

/** Parts of a `KernelSpec` that depend on parameters and tuning. */
export type Variant = Pick<KernelSpec, 'defines' | 'overrides' | 'bindings' | 'workgroups'> &
  Partial<Pick<KernelSpec, 'tile' | 'tuned'>>;

/** Defines a kernel by the name of its shader. `build` sees only the knobs that `tuned` names. */
export function kernel<P, const K extends keyof Tuning = never>(
  shader: string,
  tuned: readonly K[],
  build: (parameters: P, tuning: Pick<Tuning, K>) => Variant,
): Kernel<P, K> {
  const make = (parameters: P, tuning: Pick<Tuning, K>): KernelSpec<P> => {
    return { shader, tuned, parameters, tile: 1, ...build(parameters, tuning) };
  };
  return Object.assign(make as Kernel<P, K>, { shader, tuned });
}
