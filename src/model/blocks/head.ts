import type { ModelSpec, Subset } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { rmsNorm } from '../../gpu/kernels/rmsNorm.ts';
import { spreadLogits } from '../../gpu/kernels/spreadLogits.ts';
import { suppress } from '../../gpu/kernels/suppress.ts';
import type { MatrixPlan } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block, BlockIo } from './block.ts';
import { vocabularyMatrix } from './embedding.ts';
import { biasVector, paddedRow, products } from './products.ts';
import { inputBuffer, normCall, normVector } from './residual.ts';
import { headRoad } from './roads.ts';

type HeadTensors = {
  readonly output: readonly MatrixPlan[];
  readonly bias: VectorPlan | null;
  readonly suppressed: VectorPlan | null;
  /** Ids of the subset's tokens. */
  readonly subset: VectorPlan | null;
};

/** Logits of a batch's output rows. The input of the output matrix is normalised by the last layer. */
export function headBlock(tensors: TensorFinder, spec: ModelSpec): Block<HeadTensors> {
  const { nVocab, head } = spec;
  const road = headRoad(spec);
  const nOwn = head.subset?.size ?? nVocab;
  return {
    tensors: {
      output: [vocabularyMatrix(tensors, { ...spec, nVocab: nOwn }, head.tensor)],
      bias: head.bias ? biasVector('output.bias', [tensors.findVector('output.bias', nOwn)]) : null,
      suppressed: head.suppressed
        ? { label: 'suppressed tokens', pieces: [], constants: head.suppressed }
        : null,
      subset: head.subset ? subsetVector(tensors, head.subset) : null,
    },
    streams: [],
    scratch: ({ outputs }) =>
      head.subset ? [{ name: 'ownLogits', values: outputs * nOwn, ofBatch: true }] : [],
    calls: (io, { output: matrices, bias, suppressed, subset }) => {
      const { scale, softcap } = head;
      const logits = subset ? io.scratch('ownLogits') : io.logits;
      const epilogue = {
        kind: 'store',
        dstStride: nOwn,
        ...(bias && { bias: true as const }),
        ...(scale !== 1 && { scale }),
        ...(softcap !== null && { softcap }),
      } as const;
      const input = { src: inputBuffer(io, road), norm: road.norm, outputRows: true };
      return [
        ...products(io, matrices, { ...input, epilogue, dst: [logits, ...(bias ? [bias] : [])] }),
        ...(subset ? spreadCalls(io, nOwn, nVocab, subset) : []),
        ...(suppressed ? [suppressCall(io, head.suppressed?.length ?? 0, nVocab, suppressed)] : []),
      ];
    },
    shift: () => [],
  };
}

function subsetVector(tensors: TensorFinder, { tensor, size }: Subset): VectorPlan {
  return { label: tensor, pieces: [{ tensor: tensors.findIntegers(tensor, size), at: 0 }] };
}

/** Spreads the logits of `n` tokens over those of the whole vocabulary. */
function spreadCalls(io: BlockIo, n: number, nVocab: number, tokens: GPUBuffer): Call[] {
  const shape = { nVocab, outputs: io.rows };
  return [
    { spec: spreadLogits({ ...shape, n: null }), buffers: [io.step, io.logits] },
    { spec: spreadLogits({ ...shape, n }), buffers: [io.step, io.logits, io.scratch('ownLogits'), tokens] },
  ];
}

/** Takes the probability of `n` tokens away. */
function suppressCall(io: BlockIo, n: number, nVocab: number, tokens: GPUBuffer): Call {
  return { spec: suppress({ n, nVocab, outputs: io.rows }), buffers: [io.step, io.logits, tokens] };
}

/** Hidden states of a batch's output rows after the last norm, for embeddings. */
export function hiddenBlock(
  tensors: TensorFinder,
  { nEmbd, head: { norm: last } }: ModelSpec,
): Block<{ readonly norm: VectorPlan | null }> {
  return {
    tensors: { norm: normVector(tensors, nEmbd, [last]) },
    streams: [],
    scratch: () => [],
    calls: (io, { norm }) => {
      if (!norm) return [];
      if (last.kind === 'layer' || last.bias) return [normCall(io, nEmbd, last, norm, io.outputNorm, true)];
      const shape = { k: nEmbd, kPadded: paddedRow(nEmbd), eps: last.eps, rows: io.rows, gather: true };
      return [{ spec: rmsNorm(shape, io.tuning), buffers: [io.step, io.x, norm, io.outputNorm] }];
    },
    shift: () => [],
  };
}
