import type { ExpertsBeside, Layer } from '../../architectures/spec.ts';
import { addNorm } from '../../gpu/kernels/addNorm.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block } from './block.ts';
import { expertBlock } from './expertFfn.ts';
import { paddedRow } from './products.ts';
import { endVector, joinCalls, normCall, normKind, normVector } from './residual.ts';
import { type BranchEnd, leftEnd } from './roads.ts';

/** Inputs of experts and of their router, without deferred norms. */
const INPUTS = { input: { buffer: 'xNorm2', norm: null }, routed: { buffer: 'routed', norm: null } } as const;

/**
 * Blocks of the experts beside a dense feed-forward, whose output lies in `branch` and whose input row is still x: the norms of their
 * own inputs, the experts, and the sum of both outputs, which goes the way of a branch.
 */
export function besideBlocks(
  tensors: TensorFinder,
  nEmbd: number,
  layer: Layer,
  beside: ExpertsBeside,
  end: BranchEnd,
): Block[] {
  return [
    inputBlock(tensors, nEmbd, layer, beside),
    expertBlock(tensors, nEmbd, layer, beside.ffn, { ...INPUTS, end: leftEnd(end, 'branch2') }),
    sumBlock(tensors, nEmbd, beside, end),
  ];
}

type InputTensors = { readonly experts: VectorPlan | null; readonly router: VectorPlan };

/** Computes the experts' input into `xNorm2` and the router's into `routed`. */
function inputBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { prefix }: Layer,
  { inputNorm, routerEps }: ExpertsBeside,
): Block<InputTensors> {
  const name = `${prefix}ffn_gate_inp.scale`;
  const scale = { tensor: tensors.findVector(name, nEmbd), at: 0, factor: 1 / Math.sqrt(nEmbd) };
  const routerNorm = { tensor: name, kind: 'rms', bias: false, eps: routerEps } as const;
  return {
    tensors: {
      experts: normVector(tensors, nEmbd, [inputNorm]),
      router: { label: name, pieces: [scale] },
    },
    streams: [],
    scratch: () => [
      { name: 'xNorm2', values: paddedRow(nEmbd) },
      { name: 'routed', values: paddedRow(nEmbd) },
    ],
    calls: (io, { experts, router }) => [
      normCall(io, nEmbd, inputNorm, experts ?? io.logits, io.scratch('xNorm2')),
      normCall(io, nEmbd, routerNorm, router, io.scratch('routed')),
    ],
    shift: () => [],
  };
}

type SumTensors = {
  readonly dense: VectorPlan | null;
  readonly experts: VectorPlan | null;
  readonly end: VectorPlan | null;
};

/** Adds the normalised outputs of both in `xNorm2`, and that sum to the residual stream. */
function sumBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { denseNorm, outputNorm }: ExpertsBeside,
  end: BranchEnd,
): Block<SumTensors> {
  return {
    tensors: {
      dense: normVector(tensors, nEmbd, [denseNorm]),
      experts: normVector(tensors, nEmbd, [outputNorm]),
      end: endVector(tensors, end),
    },
    streams: [],
    scratch: () => [],
    calls: (io, { dense, experts, end: vector }) => {
      const sum = io.scratch('xNorm2');
      const added = { k: nEmbd, rows: io.rows, add: true, post: normKind(outputNorm), next: null };
      return [
        normCall({ ...io, x: io.scratch('branch') }, nEmbd, denseNorm, dense ?? io.logits, sum),
        {
          spec: addNorm(added, io.tuning),
          buffers: [io.step, sum, experts ?? io.logits, io.scratch('branch2')],
        },
        ...joinCalls(io, end, vector, sum),
      ];
    },
    shift: () => [],
  };
}
