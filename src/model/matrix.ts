import type { GgufTensor } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import { repackedLayout, repackInto, rowGranularity } from '../quant/repack.ts';
import { byteLength, isWeightType, WEIGHT_TYPES, type WeightType } from '../quant/types.ts';
import { ForetokenError } from '../util/errors.ts';
import type { Upload } from './upload.ts';

/** A weight matrix on the GPU, still quantized: `n` rows of `k` values in the layout of `src/quant/repack.ts`. */
export interface Matrix {
  readonly type: WeightType;
  readonly k: number;
  readonly n: number;
  /** Blocks of 32 values per row. */
  readonly blocks: number;
  readonly quants: GPUBuffer;
  /** The same buffer as `quants` for types that have no scales. */
  readonly scales: GPUBuffer;
}

/** Tensors of one type and row length, to be stacked row upon row into one matrix. */
export interface MatrixPlan {
  readonly label: string;
  readonly type: WeightType;
  readonly k: number;
  readonly n: number;
  readonly tensors: readonly GgufTensor[];
}

/** Bytes read from the file and repacked at a time. */
const CHUNK_BYTES = 4 << 20;

/** Plans `tensors` as one stacked matrix, or as one each where their types differ. */
export function planMatrices(label: string, tensors: readonly GgufTensor[]): MatrixPlan[] {
  const [first, ...rest] = tensors;
  const stackable = rest.every(tensor => tensor.type === first.type && startsOnWholeWords(tensor));
  if (stackable && startsOnWholeWords(first)) return [planMatrix(label, tensors)];
  return tensors.map(tensor => planMatrix(tensor.name, [tensor]));
}

export function planMatrix(label: string, tensors: readonly GgufTensor[]): MatrixPlan {
  const { type, shape, name } = tensors[0];
  if (!isWeightType(type)) {
    throw new ForetokenError(
      'unsupported_model',
      `${name} is quantized as ${type}; supported are ${WEIGHT_TYPES.join(', ')}`,
    );
  }
  const rows = tensors.reduce((sum, tensor) => sum + tensor.nElements / tensor.shape[0], 0);
  return { label, type, k: shape[0], n: rows, tensors };
}

/** Bytes of the two buffers of a planned matrix. */
export function matrixBytes({ type, k, n }: MatrixPlan): number[] {
  const { quantsBytes, scalesBytes } = repackedLayout(type, k, n);
  return scalesBytes > 0 ? [quantsBytes, scalesBytes] : [quantsBytes];
}

/** Creates the matrix's buffers, empty. */
export function allocateMatrix(gpu: Gpu, plan: MatrixPlan): Matrix {
  const { type, k, n, label } = plan;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const { blocksPerRow } = repackedLayout(type, k, n);
  const [quantsBytes, scalesBytes] = matrixBytes(plan);
  const quants = gpu.createBuffer(`${label}.quants`, quantsBytes, usage);
  const scales = scalesBytes ? gpu.createBuffer(`${label}.scales`, scalesBytes, usage) : quants;
  return { type, k, n, blocks: blocksPerRow, quants, scales };
}

/** The uploads that fill a matrix: whole rows of its tensors, a few megabytes each, repacked on the way. */
export function matrixUploads(gpu: Gpu, plan: MatrixPlan, matrix: Matrix): Upload[] {
  const { type, k } = plan;
  const rowBytes = byteLength(type, k);
  const granularity = rowGranularity(type, k);
  const chunkRows = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes / granularity)) * granularity;
  const uploads: Upload[] = [];
  let tensorRow = 0;
  for (const tensor of plan.tensors) {
    const tensorRows = tensor.nElements / k;
    for (let first = 0; first < tensorRows; first += chunkRows) {
      const nRows = Math.min(chunkRows, tensorRows - first);
      const before = repackedLayout(type, k, tensorRow + first);
      uploads.push({
        offset: tensor.offset + first * rowBytes,
        length: nRows * rowBytes,
        write(bytes) {
          const { quants, scales } = repackInto(type, bytes, k, nRows);
          gpu.device.queue.writeBuffer(matrix.quants, before.quantsBytes, quants);
          if (scales.length > 0) gpu.device.queue.writeBuffer(matrix.scales, before.scalesBytes, scales);
        },
      });
    }
    tensorRow += tensorRows;
  }
  return uploads;
}

/** Whether the tensor that follows this one in a stack begins on a whole word of scales. */
function startsOnWholeWords({ type, shape, nElements }: GgufTensor): boolean {
  return isWeightType(type) && (nElements / shape[0]) % rowGranularity(type, shape[0]) === 0;
}
