import type { Rotation } from './rotate.ts';
import type { Vector } from './vector.ts';

/** State of a layer: one row per earlier position, and the rotation of its keys. */
export interface LayerState {
  readonly keys: Vector[];
  /** Empty in latent attention, where keys are also the values. */
  readonly values: Vector[];
  readonly rotation: Rotation | null;
}
