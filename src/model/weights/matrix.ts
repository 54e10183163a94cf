import type { GgufTensor } from '../../gguf/index.ts';
import type { Gpu } from '../../gpu/device.ts';
import { repackedLayout, repackInto, rowGranularity } from '../../quant/repack.ts';
import { byteLength, isWeightType, WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import { assert } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import { type RowRange, sliceRange, spanOf, wholeTensor } from './rowRange.ts';
import type { Upload } from './upload.ts';

/**
 * Weight matrix on the GPU, still quantized: rows of `k` values in the layout of `src/quant/repack.ts`. It has `n` rows per
 * group, one group after the other: gate and up, the experts, or a single group.
 */
export interface Matrix {
  readonly type: WeightType;
  readonly k: number;
  readonly n: number;
  readonly nGroups: number;
  /** Blocks of 32 values per row. */
  readonly blocks: number;
  readonly quants: GPUBuffer;
  /** The same buffer as `quants` for types without scales. */
  readonly scales: GPUBuffer;
}

/** Plan of a matrix. */
export interface MatrixPlan {
  readonly label: string;
  readonly type: WeightType;
  readonly k: number;
  readonly n: number;
  readonly nGroups: number;
  /** Source of its rows, range after range. */
  readonly ranges: readonly RowRange[];
}

/** Source of a planned matrix: a whole tensor, or some of its rows, in any order. */
export type Rows = GgufTensor | RowRange;

/** Bytes read from the file and repacked at a time: few enough to stay in the processor's cache. */
const CHUNK_BYTES = 2 << 20;

/** Plans `parts` as one stacked matrix of `nGroups`, or as one matrix each, without groups, if their types differ. */
export function planMatrices(label: string, parts: readonly Rows[], nGroups = 1): MatrixPlan[] {
  const ranges = parts.map(rangeOf);
  const { type } = ranges[0].tensor;
  const stackable = ranges.every(range => range.tensor.type === type && hasWholeWords(range));
  if (stackable) return [planMatrix(label, ranges, nGroups)];
  return ranges.map(range => planMatrix(range.tensor.name, [range]));
}

/** Plans rows of tensors of one type and row length as one matrix. All parts but the last must end on whole words of scales. */
export function planMatrix(label: string, parts: readonly Rows[], nGroups = 1): MatrixPlan {
  const ranges = parts.map(rangeOf);
  const { type, shape, name } = ranges[0].tensor;
  if (!isWeightType(type)) {
    throw new ForetokenError(
      'unsupported_model',
      `${name} is quantized as ${type}; supported are ${WEIGHT_TYPES.join(', ')}`,
    );
  }
  const k = shape[0];
  assert(
    ranges.every(({ tensor }) => tensor.type === type && tensor.shape[0] === k),
    () => `${label} of rows of several types or lengths`,
  );
  assert(ranges.slice(0, -1).every(hasWholeWords), () => `${label} of parts of words of scales`);
  const rows = ranges.reduce((sum, range) => sum + range.rows, 0);
  return { label, type, k, n: rows / nGroups, nGroups, ranges };
}

/** Sizes of the two buffers of a planned matrix, in bytes. */
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

/** Uploads that fill a matrix: whole rows of its ranges, a few megabytes each, repacked on the way. */
export function matrixUploads(gpu: Gpu, plan: MatrixPlan, matrix: Matrix): Upload[] {
  const { type, k } = plan;
  const granularity = rowGranularity(type, k);
  const chunkRows = Math.max(1, Math.floor(CHUNK_BYTES / byteLength(type, k) / granularity)) * granularity;
  const uploads: Upload[] = [];
  let row = 0;
  for (const range of plan.ranges) {
    for (let first = 0; first < range.rows; first += chunkRows) {
      const chunk = sliceRange(range, first, Math.min(first + chunkRows, range.rows));
      const { offset, length, gather } = spanOf(chunk);
      const before = repackedLayout(type, k, row + first);
      uploads.push({
        offset,
        length,
        write(bytes, memory) {
          const { quants, scales } = repackInto(type, gather(bytes), k, chunk.rows, memory);
          gpu.device.queue.writeBuffer(matrix.quants, before.quantsBytes, quants);
          if (scales.length > 0) gpu.device.queue.writeBuffer(matrix.scales, before.scalesBytes, scales);
        },
      });
    }
    row += range.rows;
  }
  return uploads;
}

function rangeOf(rows: Rows): RowRange {
  return 'tensor' in rows ? rows : wholeTensor(rows);
}

/** Whether the rows after these begin on a whole word of scales. */
function hasWholeWords({ tensor: { type, shape }, rows }: RowRange): boolean {
  return isWeightType(type) && rows % rowGranularity(type, shape[0]) === 0;
}
