import type { ModelSpec } from '../../architectures/spec.ts';
import { getRows } from '../../gpu/kernels/getRows.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block } from './block.ts';
import { placed } from './products.ts';
import { normCall, normVector } from './residual.ts';
import { embeddingRoad } from './roads.ts';

type EmbeddingTensors = {
  readonly tokens: readonly MatrixPlan[];
  readonly positions: VectorPlan | null;
  readonly norm: VectorPlan | null;
};

/** Copies rows of `token_embd` to the residual stream and computes its first norm. */
export function embeddingBlock(tensors: TensorFinder, spec: ModelSpec): Block<EmbeddingTensors> {
  const { nEmbd, embedding } = spec;
  const { scale, nPositions } = embedding;
  const road = embeddingRoad(spec);
  return {
    tensors: {
      tokens: [vocabularyMatrix(tensors, spec, embedding.tensor)],
      positions: nPositions === null ? null : positionTable(tensors, nEmbd, nPositions),
      norm: normVector(tensors, nEmbd, [road?.norm ?? null]),
    },
    streams: [],
    scratch: () => [],
    calls: (io, { tokens, positions, norm }) => {
      const options = { ...(scale !== 1 && { scale }), ...(positions && { positions: true as const }) };
      const rows = placed(tokens).map(({ type: weight, blocks, n, quants, scales, offset: firstToken }) => ({
        spec: getRows({ weight, blocks, n, firstToken, rows: io.rows, ...options }),
        // If the first norm is not deferred, the norm overwrites the rows that the kernel leaves in xNorm.
        buffers: [
          io.step,
          quants,
          scales,
          io.x,
          norm ?? io.logits,
          io.xNorm,
          io.argmax,
          ...(positions ? [positions] : []),
        ],
      }));
      if (road?.kind !== 'normed' || !norm) return rows;
      return [...rows, normCall(io, nEmbd, road.norm, norm, io.xNorm)];
    },
    shift: () => [],
  };
}

/** Matrix with a row for each token: embeddings, the output matrix, or both. */
export function vocabularyMatrix(
  tensors: TensorFinder,
  { nEmbd, nVocab }: ModelSpec,
  tensor: string,
): MatrixPlan {
  const name = `${tensor}.weight`;
  return planMatrix(name, [tensors.find(name, [nEmbd, nVocab])]);
}

/** Rows of `position_embd`, each padded to whole blocks. */
function positionTable(tensors: TensorFinder, nEmbd: number, nPositions: number): VectorPlan {
  const name = 'position_embd.weight';
  const tensor = tensors.findNumbers(name, [nEmbd, nPositions]);
  return { label: name, pieces: [{ tensor, at: 0, rowValues: nEmbd }] };
}
