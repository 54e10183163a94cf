import type { Joint, ModelSpec, PairedJoint, ProjectedJoint } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { type JoinHiddenShape, joinedStride, joinHidden } from '../../gpu/kernels/joinHidden.ts';
import { assertNever } from '../../util/assert.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block, BlockIo } from './block.ts';
import { hiddenOf } from './hidden.ts';
import { paddedRow, products } from './products.ts';
import { normVector, openCalls, openVector } from './residual.ts';

/** Joins the rows of a model that drafts with states of its target. */
export function jointBlock(tensors: TensorFinder, spec: ModelSpec, joint: Joint): Block {
  switch (joint.kind) {
    case 'projected':
      return projectedBlock(tensors, spec, joint);
    case 'paired':
      return pairedBlock(tensors, spec, joint);
    default:
      return assertNever(joint);
  }
}

type ProjectedTensors = {
  readonly norms: VectorPlan | null;
  readonly projection: readonly MatrixPlan[];
  readonly first: VectorPlan | null;
};

/**
 * Input of an MTP head: replaces each row of the residual stream, which is its token's embedding, by `eh_proj` · [embedding, hidden
 * state of the position before], both normalised, and computes the first norm.
 */
function projectedBlock(
  tensors: TensorFinder,
  spec: ModelSpec,
  joint: ProjectedJoint,
): Block<ProjectedTensors> {
  const { nEmbd } = spec;
  const name = `${joint.tensor}.weight`;
  return {
    tensors: {
      norms: jointNorms(tensors, nEmbd, joint),
      projection: [planMatrix(name, [tensors.find(name, [2 * nEmbd, nEmbd])])],
      first: openVector(tensors, spec),
    },
    streams: [],
    scratch: () => [{ name: 'joined', values: joinedStride(nEmbd) }],
    calls: (io, { norms, projection, first }) => {
      const epilogue = { kind: 'store', dstStride: paddedRow(nEmbd) } as const;
      return [
        joinCall(io, nEmbd, joint, norms),
        ...products(io, projection, { src: io.scratch('joined'), epilogue, dst: [io.x] }),
        ...openCalls(io, spec, first),
      ];
    },
    shift: () => [],
  };
}

/**
 * Input of an EAGLE-3 draft: joins each row's embedding with the state of the position before, for the mixer, and replaces the row of
 * the residual stream by the state.
 */
function pairedBlock(
  tensors: TensorFinder,
  { nEmbd }: ModelSpec,
  joint: PairedJoint,
): Block<{ readonly norms: VectorPlan | null }> {
  return {
    tensors: { norms: jointNorms(tensors, nEmbd, joint) },
    streams: [],
    scratch: () => [{ name: 'joined', values: joinedStride(nEmbd) }],
    calls: (io, { norms }) => [joinCall(io, nEmbd, joint, norms, joint.residual)],
    shift: () => [],
  };
}

function jointNorms(
  tensors: TensorFinder,
  nEmbd: number,
  { tokenNorm, stateNorm }: Joint,
): VectorPlan | null {
  return normVector(tensors, nEmbd, [tokenNorm, stateNorm]);
}

function joinCall(
  io: BlockIo,
  k: number,
  { stateNorm }: Joint,
  norms: GPUBuffer | null,
  residual?: JoinHiddenShape['residual'],
): Call {
  const { buffer, positions } = hiddenOf(io);
  const shape = { k, rows: io.rows, ring: positions, eps: stateNorm.eps, ...(residual && { residual }) };
  const buffers = [io.step, io.x, buffer, norms ?? io.logits, io.scratch('joined')];
  return { spec: joinHidden(shape, io.tuning), buffers };
}
