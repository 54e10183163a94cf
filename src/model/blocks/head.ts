import type { ModelSpec } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { rmsNorm } from '../../gpu/kernels/rmsNorm.ts';
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
};

/** Logits of a batch's output rows. The input of the output matrix is normalised by the last layer. */
export function headBlock(tensors: TensorFinder, spec: ModelSpec): Block<HeadTensors> {
  const { nVocab, head } = spec;
  const road = headRoad(spec);
  return {
    tensors: {
      output: [vocabularyMatrix(tensors, spec, head.tensor)],
      bias: head.bias ? biasVector('output.bias', [tensors.findVector('output.bias', nVocab)]) : null,
      suppressed: head.suppressed
        ? { label: 'suppressed tokens', pieces: [], constants: head.suppressed }
        : null,
    },
    streams: [],
    scratch: () => [],
    calls: (io, { output: matrices, bias, suppressed }) => {
      const { scale, softcap } = head;
      const epilogue = {
        kind: 'store',
        dstStride: nVocab,
        ...(bias && { bias: true as const }),
        ...(scale !== 1 && { scale }),
        ...(softcap !== null && { softcap }),
      } as const;
      const input = { src: inputBuffer(io, road), norm: road.norm, outputRows: true };
      return [
        ...products(io, matrices, { ...input, epilogue, dst: [io.logits, ...(bias ? [bias] : [])] }),
        ...(suppressed ? [suppressCall(io, head.suppressed?.length ?? 0, nVocab, suppressed)] : []),
      ];
    },
    shift: () => [],
  };
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
