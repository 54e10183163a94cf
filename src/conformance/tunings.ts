import { GPU_TUNING, SOFTWARE_TUNING, softwareTuning, type Tuning } from '../gpu/tuning.ts';

/** Tunings that adapters get; each has to be correct on every adapter that can run it. */
export const TUNINGS = {
  software: SOFTWARE_TUNING,
  gpu: GPU_TUNING,
  subgroups: softwareTuning(4),
} as const satisfies Record<string, Tuning>;
export type TuningName = keyof typeof TUNINGS;

/** Tuning on an adapter with subgroups of at least `subgroupSize` invocations, of which `subgroups` uses as many as it can. */
export function tuningOn(name: TuningName, { subgroupSize }: { readonly subgroupSize: number }): Tuning {
  return name === 'subgroups' ? softwareTuning(subgroupSize) : TUNINGS[name];
}
