import { assert } from '../../util/assert.ts';
import { kernel } from '../kernel.ts';

/** Residual streams of AltUp, see `AltUp` in src/architectures/spec.ts. */
interface StreamShape {
  /** Values per row of a stream, whole blocks of 32. */
  readonly k: number;
  readonly nStreams: number;
  readonly rows: number;
}

export interface AltUpShape extends StreamShape {
  readonly stage: 'predict' | 'correct';
  readonly eps: number;
}

/** Values of a padded row of coefficients. */
const COEFFICIENT_STRIDE = 32;

/** Indices in the vector of `altup`: rows of the router, rows of coefficients, and the vector of the stage `correct`. */
export function altUpOffsets({ stage, k, nStreams }: Pick<AltUpShape, 'stage' | 'k' | 'nStreams'>) {
  const coefficients = (1 + nStreams) * k;
  const nCoefficients = stage === 'predict' ? nStreams ** 2 : nStreams;
  return { router: k, coefficients, scale: coefficients + nCoefficients * COEFFICIENT_STRIDE };
}

/**
 * Streams by the streams before a layer, or after it. Buffers: step, streams [rows][stream][k], x, and a vector with the weight of the
 * router's norm, then what `altUpOffsets` names.
 */
export const altUp = kernel('altup', ['rowWorkgroup'], (shape: AltUpShape, tuning) => {
  checkShape(shape);
  const { stage, k, nStreams, rows, eps } = shape;
  return {
    defines: { STAGE: stage, STREAMS: nStreams },
    overrides: { WORKGROUP_SIZE: tuning.rowWorkgroup, K: k, STRIDE: k / 4, EPS: eps },
    bindings: ['read', 'write', 'write', 'read'],
    workgroups: [rows, 1, 1],
  };
});

export interface StretchShape extends StreamShape {
  readonly stage: 'open' | 'close';
}

/**
 * Makes the streams of x, or x of the streams, by products that are stretched to the length of stream 0. Buffers: step, x, streams
 * [rows][stream][k], products [rows][stream - 1][k].
 */
export const stretch = kernel('stretch', ['rowWorkgroup'], (shape: StretchShape, tuning) => {
  checkShape(shape);
  const { stage, k, nStreams, rows } = shape;
  return {
    defines: { STAGE: stage, STREAMS: nStreams },
    overrides: { WORKGROUP_SIZE: tuning.rowWorkgroup, STRIDE: k / 4 },
    bindings: ['read', 'write', 'write', 'read'],
    workgroups: [rows, 1, 1],
  };
});

/** Streams of a row that an invocation holds in registers. */
const MOST_STREAMS = 8;

function checkShape({ k, nStreams }: StreamShape): void {
  assert(
    k % 32 === 0 && nStreams >= 2 && nStreams <= MOST_STREAMS,
    () => `${nStreams} streams of ${k} values, of which there may be ${MOST_STREAMS}`,
  );
}
