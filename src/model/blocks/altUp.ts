import { normWeight } from '../../architectures/norms.ts';
import type { AltUp, AltUpLayer, Layer } from '../../architectures/spec.ts';
import { type AltUpShape, altUp, altUpOffsets, stretch } from '../../gpu/kernels/altUp.ts';
import { ForetokenError } from '../../util/errors.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPiece, VectorPlan } from '../weights/tensors.ts';
import type { Block, Scratch } from './block.ts';
import { products } from './products.ts';

/** Residual streams of a model with AltUp. */
export interface Streams {
  readonly nEmbd: number;
  readonly nStreams: number;
}

/** Streams of rows of `nEmbd` values. Throws `unsupported_model` for rows that are not whole blocks. */
export function streamsOfRows(nEmbd: number, { nStreams }: AltUp): Streams {
  if (nEmbd % 32 === 0) return { nEmbd, nStreams };
  throw new ForetokenError(
    'unsupported_model',
    `residual streams have rows of ${nEmbd} values; supported are multiples of 32`,
    { nEmbd },
  );
}

function streamScratch({ nEmbd, nStreams }: Streams): Scratch[] {
  return [
    { name: 'streams', values: nStreams * nEmbd },
    { name: 'projected', values: (nStreams - 1) * nEmbd },
  ];
}

type ProjectionTensors = { readonly projection: readonly MatrixPlan[] };

/** Matrices of all streams but the first, one after the other. */
function projection(tensors: TensorFinder, name: string, { nEmbd, nStreams }: Streams): ProjectionTensors {
  return { projection: [planMatrix(name, [tensors.find(name, [nEmbd, nEmbd, nStreams - 1])])] };
}

/** Makes the streams of x, before the first layer. */
export function openBlock(tensors: TensorFinder, streams: Streams): Block<ProjectionTensors> {
  const { nEmbd: k, nStreams } = streams;
  return {
    tensors: projection(tensors, 'altup_proj.weight', streams),
    streams: [],
    scratch: () => streamScratch(streams),
    calls: (io, { projection: matrices }) => {
      const projected = io.scratch('projected');
      const epilogue = { kind: 'store', dstStride: (nStreams - 1) * k } as const;
      return [
        ...products(io, matrices, { src: io.x, epilogue, dst: [projected] }),
        {
          spec: stretch({ stage: 'open', k, nStreams, rows: io.rows }, io.tuning),
          buffers: [io.step, io.x, io.scratch('streams'), projected],
        },
      ];
    },
    shift: () => [],
  };
}

/** Makes x of the streams, after the last layer. */
export function closeBlock(tensors: TensorFinder, streams: Streams): Block<ProjectionTensors> {
  const { nEmbd: k, nStreams } = streams;
  return {
    tensors: projection(tensors, 'altup_unembd_proj.weight', streams),
    streams: [],
    scratch: () => streamScratch(streams),
    calls: (io, { projection: matrices }) => {
      const [all, projected] = [io.scratch('streams'), io.scratch('projected')];
      const groups = { rows: k, srcOffset: k, srcStride: k, rowStride: nStreams * k };
      const epilogue = { kind: 'store', dstStride: (nStreams - 1) * k } as const;
      return [
        ...products(io, matrices, { src: all, groups, epilogue, dst: [projected] }),
        {
          spec: stretch({ stage: 'close', k, nStreams, rows: io.rows }, io.tuning),
          buffers: [io.step, io.x, all, projected],
        },
      ];
    },
    shift: () => [],
  };
}

type StageTensors = { readonly vector: VectorPlan };

/** Stage of a layer: the streams before it, and x as its input; or the streams after it, and x as the input of its last branch. */
export function stageBlock(
  tensors: TensorFinder,
  { nEmbd: k, nStreams }: Streams,
  layer: Layer,
  { norm }: AltUpLayer,
  stage: AltUpShape['stage'],
): Block<StageTensors> {
  const shape = { stage, k, nStreams, eps: norm.eps };
  return {
    tensors: { vector: stageVector(tensors, layer, norm, shape) },
    streams: [],
    scratch: () => [],
    calls: (io, { vector }) => [
      {
        spec: altUp({ ...shape, rows: io.rows }, io.tuning),
        buffers: [io.step, io.scratch('streams'), io.x, vector],
      },
    ],
    shift: () => [],
  };
}

function stageVector(
  tensors: TensorFinder,
  { prefix }: Layer,
  norm: AltUpLayer['norm'],
  shape: Omit<AltUpShape, 'rows'>,
): VectorPlan {
  const { stage, k, nStreams } = shape;
  const { router, coefficients, scale } = altUpOffsets(shape);
  const isPredicting = stage === 'predict';
  const matrix = `${prefix}altup_${stage}_coef.weight`;
  const nCoefficients = isPredicting ? nStreams ** 2 : nStreams;
  const pieces: VectorPiece[] = [
    { tensor: tensors.findVector(normWeight(norm), k), at: 0 },
    { tensor: tensors.findNumbers(`${prefix}altup_router.weight`, [k, nStreams]), at: router },
    {
      tensor: tensors.findNumbers(matrix, [nStreams, nCoefficients]),
      at: coefficients,
      rowValues: nStreams,
    },
  ];
  if (!isPredicting)
    pieces.push({ tensor: tensors.findVector(`${prefix}altup_correct_scale.weight`, k), at: scale });
  return { label: `${prefix}altup_${stage}`, pieces };
}
