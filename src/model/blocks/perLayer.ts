import type { Layer, ModelSpec, PerLayerEmbedding } from '../../architectures/spec.ts';
import type { GgufTensor } from '../../gguf/index.ts';
import { addNorm } from '../../gpu/kernels/addNorm.ts';
import { gate } from '../../gpu/kernels/gates.ts';
import { getRows } from '../../gpu/kernels/getRows.ts';
import { ForetokenError } from '../../util/errors.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block } from './block.ts';
import { paddedRow, placed, products } from './products.ts';
import { endCalls, endScratch, endVector, normKind, normVector } from './residual.ts';
import type { BranchEnd } from './roads.ts';

/**
 * Place of the table of per-layer embeddings: a matrix on the GPU, or the file, from which the CPU reads the rows of a batch's tokens.
 * Then a batch may have only tokens that the CPU knows.
 */
export type TablePlace = 'gpu' | 'file';

/** Largest table that is uploaded if nothing else is asked for. Real ones have a row of kilobytes for each of 262144 tokens. */
const MOST_TABLE_BYTES = 64 << 20;

/** Table of per-layer embeddings that stays in the file, and the factor of its values. */
export interface TokenTable {
  readonly tensor: GgufTensor;
  readonly scale: number;
}

/** Parts of a model with per-layer embeddings. */
export interface PerLayerInputs {
  /** Computes the embeddings of all layers from the batch's tokens and x, before the first layer. */
  readonly block: Block;
  /** Null if the table is on the GPU. */
  readonly table: TokenTable | null;
}

type InputTensors = {
  readonly table: readonly MatrixPlan[];
  readonly projection: readonly MatrixPlan[];
  readonly norm: VectorPlan | null;
};

/** Values of a row with the embeddings of all layers. */
export function perLayerWidth({ embedding, layers }: Pick<ModelSpec, 'embedding' | 'layers'>): number {
  return (embedding.perLayer?.width ?? 0) * layers.length;
}

/** Finds the tensors of per-layer embeddings. `place` is by the size of the table if absent. */
export function perLayerInputs(
  tensors: TensorFinder,
  spec: ModelSpec,
  { width, norm }: PerLayerEmbedding,
  place?: TablePlace,
): PerLayerInputs {
  const { nEmbd, nVocab, layers } = spec;
  if (width % 32 !== 0) {
    throw new ForetokenError(
      'unsupported_model',
      `per-layer embeddings have ${width} values each; supported are multiples of 32`,
      { width },
    );
  }
  const nAll = perLayerWidth(spec);
  const tensor = tensors.find('per_layer_token_embd.weight', [nAll, nVocab]);
  const projection = tensors.find('per_layer_model_proj.weight', [nEmbd, nAll]);
  // e = (norm(p) + √P · row) / √2, of which this is the factor of the row.
  const scale = Math.fround(Math.sqrt(width / 2));
  const isOnGpu = (place ?? (tensor.sizeBytes > MOST_TABLE_BYTES ? 'file' : 'gpu')) === 'gpu';
  const block: Block<InputTensors> = {
    tensors: {
      table: isOnGpu ? [planMatrix(tensor.name, [tensor])] : [],
      projection: [planMatrix(projection.name, [projection])],
      norm: normVector(tensors, width, [norm]),
    },
    streams: [],
    scratch: () => [
      { name: 'perLayer', values: nAll },
      { name: 'projected', values: nAll },
    ],
    calls: (io, { table, projection: matrices, norm: vector }) => {
      const [own, projected] = [io.scratch('perLayer'), io.scratch('projected')];
      const { rows, step } = io;
      const epilogue = { kind: 'store', dstStride: nAll, scale: 1 / Math.sqrt(nEmbd) } as const;
      const sum = { k: width, rows, perRow: layers.length, add: true, scale: Math.SQRT1_2 };
      return [
        ...placed(table).map(({ type: weight, blocks, n, quants, scales, offset: firstToken }) => ({
          spec: getRows({ weight, blocks, n, firstToken, rows, scale, plain: true }),
          buffers: [step, quants, scales, own, io.argmax],
        })),
        ...products(io, matrices, { src: io.x, epilogue, dst: [projected] }),
        {
          spec: addNorm({ ...sum, post: normKind(norm), next: null }, io.tuning),
          buffers: [step, own, vector ?? io.logits, projected],
        },
      ];
    },
    shift: () => [],
  };
  return { block, table: isOnGpu ? null : { tensor, scale } };
}

type BranchTensors = {
  readonly gate: readonly MatrixPlan[];
  readonly proj: readonly MatrixPlan[];
  readonly end: VectorPlan | null;
};

/** Branch of layer `index` with its embeddings e: `proj` · (gelu(`inp_gate` · x) ∘ e). */
export function perLayerBlock(
  tensors: TensorFinder,
  spec: ModelSpec,
  { width }: PerLayerEmbedding,
  { prefix }: Layer,
  index: number,
  end: BranchEnd,
): Block<BranchTensors> {
  const { nEmbd } = spec;
  const matrix = (name: string, k: number, n: number) => {
    const tensor = tensors.find(`${prefix}${name}.weight`, [k, n]);
    return [planMatrix(tensor.name, [tensor])];
  };
  return {
    tensors: {
      gate: matrix('inp_gate', nEmbd, width),
      proj: matrix('proj', width, nEmbd),
      end: endVector(tensors, end),
    },
    streams: [],
    scratch: () => [{ name: 'ffn', values: paddedRow(width) }, ...endScratch(end)],
    calls: (io, { gate: gates, proj, end: vector }) => {
      const ffn = io.scratch('ffn');
      const epilogue = { kind: 'store', dstStride: width, activation: 'gelu' } as const;
      const multiplied = {
        activation: 'identity',
        ...{ n: width, rows: io.rows, xStride: width },
        ...{ srcStride: perLayerWidth(spec), offset: index * width },
      } as const;
      return [
        ...products(io, gates, { src: io.x, epilogue, dst: [ffn] }),
        { spec: gate(multiplied), buffers: [io.step, io.scratch('perLayer'), ffn] },
        ...endCalls(io, end, proj, ffn, vector, null),
      ];
    },
    shift: () => [],
  };
}
