import type { Joint, ModelSpec } from '../../architectures/spec.ts';
import { joinedStride, joinHidden } from '../../gpu/kernels/joinHidden.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block } from './block.ts';
import { hiddenOf } from './hidden.ts';
import { paddedRow, products } from './products.ts';
import { normVector, openCalls, openVector } from './residual.ts';

type JointTensors = {
  readonly norms: VectorPlan | null;
  readonly projection: readonly MatrixPlan[];
  readonly first: VectorPlan | null;
};

/**
 * Input of an MTP head: replaces each row of the residual stream, which is its token's embedding, by `eh_proj` · [embedding, hidden
 * state of the position before], both normalised, and computes the first norm.
 */
export function jointBlock(
  tensors: TensorFinder,
  spec: ModelSpec,
  { tensor, tokenNorm, stateNorm }: Joint,
): Block<JointTensors> {
  const { nEmbd } = spec;
  const name = `${tensor}.weight`;
  const stride = joinedStride(nEmbd);
  return {
    tensors: {
      norms: normVector(tensors, nEmbd, [tokenNorm, stateNorm]),
      projection: [planMatrix(name, [tensors.find(name, [2 * nEmbd, nEmbd])])],
      first: openVector(tensors, spec),
    },
    streams: [],
    scratch: () => [{ name: 'joined', values: stride }],
    calls: (io, { norms, projection, first }) => {
      const { buffer, positions } = hiddenOf(io);
      const joined = io.scratch('joined');
      const shape = { k: nEmbd, rows: io.rows, ring: positions, eps: stateNorm.eps };
      const epilogue = { kind: 'store', dstStride: paddedRow(nEmbd) } as const;
      return [
        { spec: joinHidden(shape, io.tuning), buffers: [io.step, io.x, buffer, norms ?? io.logits, joined] },
        ...products(io, projection, { src: joined, epilogue, dst: [io.x] }),
        ...openCalls(io, spec, first),
      ];
    },
    shift: () => [],
  };
}
