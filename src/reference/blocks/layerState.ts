import type { Rotation } from './rotate.ts';
import type { Vector } from './vector.ts';

/** What a layer keeps of the positions before, one row each, and how it turns them. */
export interface LayerState {
  readonly keys: Vector[];
  /** Empty in latent attention, whose keys are values, too. */
  readonly values: Vector[];
  readonly rotation: Rotation | null;
}
