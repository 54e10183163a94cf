import type { GgufTensor } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import { repackedLayout, repackInto, rowGranularity } from '../quant/repack.ts';
import { byteLength, isWeightType, WEIGHT_TYPES, type WeightType } from '../quant/types.ts';
import { ForetokenError } from '../util/errors.ts';
import type { Upload } from './upload.ts';

/**
 * A weight matrix on the GPU, still quantized: rows of `k` values in the layout of `src/quant/repack.ts`. They are `n` rows of
 * each of its groups, one group behind the other: gate and up, the experts, or a single one.
 */
export interface Matrix {
  readonly type: WeightType;
  readonly k: number;
  readonly n: number;
  readonly nGroups: number;
  /** Blocks of 32 values per row. */
  readonly blocks: number;
  readonly quants: GPUBuffer;
  /** The same buffer as `quants` for types that have no scales. */
  readonly scales: GPUBuffer;
}

/** What is to become a matrix. */
export interface MatrixPlan {
  readonly label: string;
  readonly type: WeightType;
  readonly k: number;
  readonly n: number;
  readonly nGroups: number;
  /** Where all its rows lie in the file, stretch upon stretch. */
  readonly stretches: readonly RowStretch[];
}

/** Consecutive rows of a tensor. */
interface RowStretch {
  /** Of the first one, in bytes. */
  readonly offset: number;
  readonly nRows: number;
}

/** Bytes read from the file and repacked at a time. */
const CHUNK_BYTES = 4 << 20;

/** Plans `tensors` as one stacked matrix of `nGroups`, or as one each, without groups, where their types differ. */
export function planMatrices(label: string, tensors: readonly GgufTensor[], nGroups = 1): MatrixPlan[] {
  const [first, ...rest] = tensors;
  const stackable = rest.every(tensor => tensor.type === first.type && startsOnWholeWords(tensor));
  if (stackable && startsOnWholeWords(first)) return [planMatrix(label, tensors, nGroups)];
  return tensors.map(tensor => planMatrix(tensor.name, [tensor]));
}

/** Plans tensors of one type and row length as one matrix. */
export function planMatrix(label: string, tensors: readonly GgufTensor[], nGroups = 1): MatrixPlan {
  const { type, shape, name } = tensors[0];
  if (!isWeightType(type)) {
    throw new ForetokenError(
      'unsupported_model',
      `${name} is quantized as ${type}; supported are ${WEIGHT_TYPES.join(', ')}`,
    );
  }
  const k = shape[0];
  const stretches = tensors.map(({ offset, nElements }) => ({ offset, nRows: nElements / k }));
  const rows = stretches.reduce((sum, { nRows }) => sum + nRows, 0);
  return { label, type, k, n: rows / nGroups, nGroups, stretches };
}

/** Where `nRows` rows of a planned matrix lie in the file, the first one being row `first` of all its groups. */
export function stretchRows({ type, k, stretches }: MatrixPlan, first: number, nRows: number): RowStretch[] {
  let begin = 0;
  return stretches.flatMap(stretch => {
    const from = Math.max(first - begin, 0);
    const to = Math.min(first + nRows - begin, stretch.nRows);
    begin += stretch.nRows;
    return from < to ? [{ offset: stretch.offset + from * byteLength(type, k), nRows: to - from }] : [];
  });
}

/** Bytes of the two buffers of a planned matrix. */
export function matrixBytes({ type, k, n, nGroups }: MatrixPlan): number[] {
  const { quantsBytes, scalesBytes } = repackedLayout(type, k, n * nGroups);
  return scalesBytes > 0 ? [quantsBytes, scalesBytes] : [quantsBytes];
}

/** Creates the matrix's buffers, empty. */
export function allocateMatrix(gpu: Gpu, plan: MatrixPlan): Matrix {
  const { type, k, n, nGroups, label } = plan;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const { blocksPerRow } = repackedLayout(type, k, n);
  const [quantsBytes, scalesBytes] = matrixBytes(plan);
  const quants = gpu.createBuffer(`${label}.quants`, quantsBytes, usage);
  const scales = scalesBytes ? gpu.createBuffer(`${label}.scales`, scalesBytes, usage) : quants;
  return { type, k, n, nGroups, blocks: blocksPerRow, quants, scales };
}

/** The uploads that fill a matrix: whole rows of its stretches, a few megabytes each, repacked on the way. */
export function matrixUploads(gpu: Gpu, plan: MatrixPlan, matrix: Matrix): Upload[] {
  const { type, k } = plan;
  const rowBytes = byteLength(type, k);
  const granularity = rowGranularity(type, k);
  const chunkRows = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes / granularity)) * granularity;
  const uploads: Upload[] = [];
  let row = 0;
  for (const stretch of plan.stretches) {
    for (let first = 0; first < stretch.nRows; first += chunkRows) {
      const nRows = Math.min(chunkRows, stretch.nRows - first);
      const before = repackedLayout(type, k, row + first);
      uploads.push({
        offset: stretch.offset + first * rowBytes,
        length: nRows * rowBytes,
        write(bytes) {
          const { quants, scales } = repackInto(type, bytes, k, nRows);
          gpu.device.queue.writeBuffer(matrix.quants, before.quantsBytes, quants);
          if (scales.length > 0) gpu.device.queue.writeBuffer(matrix.scales, before.scalesBytes, scales);
        },
      });
    }
    row += stretch.nRows;
  }
  return uploads;
}

/** Whether the tensor that follows this one in a stack begins on a whole word of scales. */
function startsOnWholeWords({ type, shape, nElements }: GgufTensor): boolean {
  return isWeightType(type) && (nElements / shape[0]) % rowGranularity(type, shape[0]) === 0;
}
