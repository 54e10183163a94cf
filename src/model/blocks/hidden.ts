import type { ModelSpec } from '../../architectures/spec.ts';
import { copyRows } from '../../gpu/kernels/copyRows.ts';
import { rmsNorm } from '../../gpu/kernels/rmsNorm.ts';
import { assert } from '../../util/assert.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block, BlockIo } from './block.ts';
import { paddedRow } from './products.ts';
import { normVector } from './residual.ts';

/**
 * Keeps hidden states after the last norm for an MTP head: of all rows of the target's batch, or of the output rows of the head's
 * own, which are those that it drafts from.
 */
export function keepHiddenBlock(
  tensors: TensorFinder,
  { nEmbd, head }: ModelSpec,
  rows: 'all' | 'outputs',
): Block<{ readonly norm: VectorPlan | null }> {
  return {
    tensors: { norm: normVector(tensors, nEmbd, [head.norm]) },
    streams: [],
    scratch: () => [],
    calls: (io, { norm }) => {
      assert(norm !== null, 'hidden states without a norm');
      const { buffer, positions } = hiddenOf(io);
      const shape = { k: nEmbd, kPadded: paddedRow(nEmbd), eps: head.norm.eps, rows: io.rows };
      const kept = { ...shape, ring: positions, ...(rows === 'outputs' && { gather: true }) };
      return [{ spec: rmsNorm(kept, io.tuning), buffers: [io.step, io.x, norm, buffer] }];
    },
    shift: () => [],
  };
}

/** Keeps the residual stream of the output rows of an EAGLE-3 draft, from which it drafts further. */
export function keepResidualBlock({ nEmbd }: ModelSpec): Block {
  const stride = paddedRow(nEmbd);
  return {
    tensors: {},
    streams: [],
    scratch: () => [],
    calls: io => {
      const { buffer, positions } = hiddenOf(io);
      const shape = { n: nEmbd, srcStride: stride, dstStride: stride, rows: io.rows };
      const spec = copyRows({ ...shape, ring: positions, gather: true });
      return [{ spec, buffers: [io.step, io.x, buffer] }];
    },
    shift: () => [],
  };
}

/** Hidden states that a model keeps or reads. */
export function hiddenOf({ hidden }: BlockIo): NonNullable<BlockIo['hidden']> {
  assert(hidden !== null, 'a model that keeps no hidden states');
  return hidden;
}
