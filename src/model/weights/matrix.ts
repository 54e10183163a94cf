import type { GgufTensor } from '../../gguf/index.ts';
import type { Gpu } from '../../gpu/device.ts';
import { ROW_GROUP } from '../../quant/interleave.ts';
import { groupStart, repackedLayout, repackInto } from '../../quant/repack.ts';
import { byteLength, isWeightType, WEIGHT_TYPES, type WeightType } from '../../quant/types.ts';
import type { GpuWords } from '../../quant/weightRecord.ts';
import { assert } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import { alignDown } from '../../util/math.ts';
import { PartialGroups } from './partialGroups.ts';
import { type RowRange, sliceRange, spanOf, wholeTensor } from './rowRange.ts';
import type { Upload } from './upload.ts';

/**
 * Weight matrix on the GPU, still quantized: rows of `k` values in the layout of `src/quant/repack.ts`. It has `n` rows per
 * group, one group after the other: gate and up, the experts, or a single group. Each group begins at a multiple of `ROW_GROUP`
 * rows (`groupStart`).
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
  if (ranges.every(range => range.tensor.type === type)) return [planMatrix(label, ranges, nGroups)];
  return ranges.map(range => planMatrix(range.tensor.name, [range]));
}

/** Plans rows of tensors of one type and row length as one matrix. */
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
  const rows = ranges.reduce((sum, range) => sum + range.rows, 0);
  return { label, type, k, n: rows / nGroups, nGroups, ranges };
}

/** Sizes of the two buffers of a planned matrix, in bytes. */
export function matrixBytes({ type, k, n, nGroups }: MatrixPlan): number[] {
  const { quantsBytes, scalesBytes } = repackedLayout(type, k, groupStart(nGroups, n));
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
  const { type, k, n } = plan;
  const { queue } = gpu.device;
  const put = (firstRow: number, { quants, scales }: GpuWords) => {
    const before = repackedLayout(type, k, firstRow);
    queue.writeBuffer(matrix.quants, before.quantsBytes, quants);
    if (scales.length > 0) queue.writeBuffer(matrix.scales, before.scalesBytes, scales);
  };
  const partial = new PartialGroups(type, k, put);
  return chunksOf(plan).map(({ range, row }): Upload => {
    const { offset, length, gather } = spanOf(range);
    const at = groupStart(Math.floor(row / n), n) + (row % n);
    const isLast = (row + range.rows) % n === 0;
    return {
      offset,
      length,
      write(bytes, memory) {
        const rows = gather(bytes);
        if (at % ROW_GROUP === 0 && (isLast || range.rows % ROW_GROUP === 0))
          put(at, repackInto(type, rows, k, range.rows, memory));
        else partial.add(rows, at, range.rows, memory);
      },
    };
  });
}

/** Rows that are read together; `row` is the first one's index among all rows of the matrix's groups. */
interface Chunk {
  readonly range: RowRange;
  readonly row: number;
}

/** Divides the ranges of a matrix into chunks of one group of its rows each, which begin and end on whole `ROW_GROUP`s if they can. */
function chunksOf({ type, k, n, ranges }: MatrixPlan): Chunk[] {
  const most = Math.max(1, Math.floor(CHUNK_BYTES / byteLength(type, k) / ROW_GROUP)) * ROW_GROUP;
  const chunks: Chunk[] = [];
  let row = 0;
  for (const range of ranges) {
    for (let from = 0; from < range.rows; ) {
      const inGroup = row % n;
      const end = Math.min(n, alignDown(inGroup, ROW_GROUP) + most, inGroup + range.rows - from);
      const whole = end === n ? end : alignDown(end, ROW_GROUP);
      const to = from + (whole > inGroup ? whole : end) - inGroup;
      chunks.push({ range: sliceRange(range, from, to), row });
      row += to - from;
      from = to;
    }
  }
  return chunks;
}

function rangeOf(rows: Rows): RowRange {
  return 'tensor' in rows ? rows : wholeTensor(rows);
}
