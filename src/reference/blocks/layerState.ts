import type { Rotation } from './rotate.ts';
import type { Vector } from './vector.ts';

/** State of a layer: rows of earlier positions, and the rotation of its keys. */
export interface LayerState {
  readonly keys: Vector[];
  /** Empty in latent attention, where keys are also the values. */
  readonly values: Vector[];
  readonly rotation: Rotation | null;
  /** Inputs of a convolution, by position. */
  readonly inputs: Vector[];
  /** State of a recurrent mixer after the last position: one matrix per head, row by row; empty in other mixers. */
  readonly memory: Vector;
}
