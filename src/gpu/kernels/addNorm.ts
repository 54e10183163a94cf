import { assert } from '../../util/assert.ts';
import { alignUp } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

/** Norm of rows, with a weight and optionally a bias. */
export interface NormKind {
  /** `rms` divides by the root of the mean square; `layer` subtracts the mean first. */
  readonly kind: 'rms' | 'layer';
  readonly bias: boolean;
  readonly eps: number;
}

export interface AddNormShape {
  /** Values per row. Rows of all buffers are padded with zeros to whole blocks of 32. */
  readonly k: number;
  readonly rows: number;
  /** Whether to add the rows of `branch`, normalised by `post`, to x. */
  readonly add: boolean;
  /** Factor of these rows, 1 by default. */
  readonly scale?: number;
  readonly post?: NormKind;
  /** Factor of the sum: a number, or the one behind the vectors in `params`; 1 by default. */
  readonly factor?: number | 'params';
  /** Rows of x for each row of the branch, which is added to all but the first; there is no next norm then. */
  readonly streams?: number;
  /** Rows of all buffers for each row of the batch, 1 by default. */
  readonly perRow?: number;
  /** Form of the rows of `next`: normalised, with a deferred norm, or absent. */
  readonly next: 'deferred' | NormKind | null;
  /** Row i of `next` is the batch row of output i. */
  readonly gather?: true;
}

/**
 * Adds the output of a branch to the residual stream and normalises it for the next branch. Buffers: step, x, params, branch if
 * it adds, next if there is one. `params` has the norms' vectors, each padded to whole blocks: weight and bias of `post`, then of
 * `next`; then the factor, if it has one.
 */
export const addNorm = kernel('add_norm', ['rowWorkgroup'], (shape: AddNormShape, tuning) => {
  const { k, rows, add, scale = 1, post, next, gather, factor = 1, perRow = 1, streams } = shape;
  assert(!streams || (next === null && factor === 1), 'a norm or a factor of several streams');
  const of = next === 'deferred' ? null : next;
  const stride = alignUp(k, 32) / 4;
  return {
    defines: {
      ADD: add ? 1 : 0,
      POST: post?.kind ?? 'none',
      ...(post?.bias && { POST_BIAS: 1 }),
      NEXT: next === 'deferred' ? 'deferred' : (of?.kind ?? 'none'),
      ...(of?.bias && { NEXT_BIAS: 1 }),
      ...(gather && { GATHER: 1 }),
      ...(streams && { STREAMS: streams }),
      ...(factor !== 1 && { FACTOR: factor === 'params' ? 'params' : 'constant' }),
    },
    overrides: {
      WORKGROUP_SIZE: tuning.rowWorkgroup,
      K: k,
      STRIDE: stride,
      ...(scale !== 1 && { SCALE: scale }),
      ...(post && { POST_EPS: post.eps }),
      ...(of && { NEXT_EPS: of.eps }),
      ...(factor === 'params' && { FACTOR_AT: factorAt(shape) / 4 }),
      ...(factor !== 'params' && factor !== 1 && { FACTOR_VALUE: factor }),
      ...(perRow !== 1 && { PER_ROW: perRow }),
    },
    bindings: [
      'read',
      add ? 'write' : 'read',
      'read',
      ...(add ? (['read'] as const) : []),
      ...(next ? (['write'] as const) : []),
    ],
    workgroups: [rows, perRow, 1],
  };
});

/** Index of the factor in `params`: behind the vectors of the norms. */
export function factorAt({ k, post, next }: Pick<AddNormShape, 'k' | 'post' | 'next'>): number {
  const vectors = (norm: NormKind) => (norm.bias ? 2 : 1);
  const ofNext = next === 'deferred' ? 1 : next === null ? 0 : vectors(next);
  return ((post ? vectors(post) : 0) + ofNext) * alignUp(k, 32);
}
