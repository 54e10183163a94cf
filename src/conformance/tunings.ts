import { GPU_TUNING, SOFTWARE_TUNING, type Tuning } from '../gpu/tuning.ts';

/** Tunings that adapters get; each has to be correct on every adapter that can run it. */
export const TUNINGS = {
  software: SOFTWARE_TUNING,
  gpu: GPU_TUNING,
  subgroups: { ...SOFTWARE_TUNING, sharedLoads: true },
} as const satisfies Record<string, Tuning>;
export type TuningName = keyof typeof TUNINGS;
