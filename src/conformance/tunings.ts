import { GPU_TUNING, SOFTWARE_TUNING, type Tuning } from '../gpu/tuning.ts';

/** The sets of choices that adapters get; each has to be right on every adapter that can run it. */
export const TUNINGS = {
  software: SOFTWARE_TUNING,
  gpu: GPU_TUNING,
  subgroups: { ...SOFTWARE_TUNING, sharedLoads: true },
} as const satisfies Record<string, Tuning>;
export type TuningName = keyof typeof TUNINGS;
