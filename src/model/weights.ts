import type { GgufTensor } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import { dequantize } from '../quant/dequantize.ts';
import { isWeightType } from '../quant/types.ts';
import { assert } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';
import type { Block } from './blocks/block.ts';
import { allocateMatrix, type Matrix, type MatrixPlan, matrixBytes, matrixUploads } from './matrix.ts';
import { splitMatrix } from './parts.ts';
import type { Upload } from './upload.ts';

/** Plain numbers of one or more tensors, one behind the other in one buffer, as f32. */
export interface VectorPlan {
  readonly label: string;
  readonly pieces: readonly VectorPiece[];
  /** Numbers that are no tensor of the file, in its place. */
  readonly constants?: readonly number[];
}

export interface VectorPiece {
  readonly tensor: GgufTensor;
  /** Where its first value goes. */
  readonly at: number;
  /** Value number i of the buffer's piece is value `order(i)` of the tensor; by default the i-th. */
  readonly order?: ((i: number) => number) | undefined;
  /** Of a table: values of each of its rows, which are padded to whole blocks. */
  readonly rowValues?: number;
}

/**
 * Tensors of a block, by names of its own. Matrices in a list are consecutive parts of one product: one, where their types agree
 * and a buffer may be so large (`splitMatrix`).
 */
export type Planned = Readonly<Record<string, readonly MatrixPlan[] | VectorPlan | null>>;

/** The same on the GPU. */
export type Loaded<P extends Planned> = { readonly [Name in keyof P]: LoadedTensor<P[Name]> };
type LoadedTensor<T> = T extends VectorPlan
  ? GPUBuffer
  : T extends readonly MatrixPlan[]
    ? readonly Matrix[]
    : null;

/** The weights of each block. */
export type Weights = ReadonlyMap<Block, Loaded<Planned>>;

function isVector(tensors: readonly MatrixPlan[] | VectorPlan): tensors is VectorPlan {
  return 'pieces' in tensors;
}

/** Blocks where a buffer may have `maxBytes`: matrices that need larger ones come in parts. */
export function splitTensors(tensors: Planned, maxBytes: number): Planned {
  const split = (planned: Planned[string]) =>
    planned === null || isVector(planned)
      ? planned
      : planned.flatMap(matrix => splitMatrix(matrix, maxBytes));
  return Object.fromEntries(Object.entries(tensors).map(([name, planned]) => [name, split(planned)]));
}

/** Every matrix of some blocks, once. */
export function plannedMatrices(blocks: readonly Block[]): MatrixPlan[] {
  const matrices = blocks
    .flatMap(({ tensors }) => Object.values(tensors))
    .flatMap(planned => (planned === null || isVector(planned) ? [] : planned));
  return [...new Map(matrices.map(matrix => [matrix.label, matrix])).values()];
}

/** Sizes of all the buffers that the matrices of some blocks will need, in bytes, by label. */
export function plannedBuffers(blocks: readonly Block[]): { label: string; bytes: number }[] {
  return plannedMatrices(blocks).flatMap(matrix =>
    matrixBytes(matrix).map(bytes => ({ label: matrix.label, bytes })),
  );
}

/** Creates all buffers of the weights, empty, and the uploads that fill them. Tensors of one label share their buffers. */
export function allocateWeights(gpu: Gpu, blocks: readonly Block[]): { weights: Weights; uploads: Upload[] } {
  const uploads: Upload[] = [];
  const matrices = new Map<string, Matrix>();
  const vectors = new Map<string, GPUBuffer>();
  const matrix = (plan: MatrixPlan): Matrix => {
    const known = matrices.get(plan.label);
    if (known) return known;
    const allocated = allocateMatrix(gpu, plan);
    uploads.push(...matrixUploads(gpu, plan, allocated));
    matrices.set(plan.label, allocated);
    return allocated;
  };
  const vector = (plan: VectorPlan): GPUBuffer => {
    const known = vectors.get(plan.label);
    if (known) return known;
    const allocated = allocateVector(gpu, plan);
    uploads.push(...vectorUploads(gpu, plan, allocated));
    vectors.set(plan.label, allocated);
    return allocated;
  };
  const load = (planned: Planned[string]) =>
    planned === null ? null : isVector(planned) ? vector(planned) : planned.map(matrix);
  const weights = blocks.map((block): [Block, Loaded<Planned>] => [
    block,
    Object.fromEntries(Object.entries(block.tensors).map(([name, planned]) => [name, load(planned)])),
  ]);
  return { weights: new Map(weights), uploads };
}

function allocateVector(gpu: Gpu, { label, pieces, constants = [] }: VectorPlan): GPUBuffer {
  const end = Math.max(constants.length, ...pieces.map(piece => piece.at + pieceValues(piece)));
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffer = gpu.createBuffer(label, 4 * alignUp(end, 32), usage);
  if (constants.length > 0) gpu.device.queue.writeBuffer(buffer, 0, Float32Array.from(constants));
  return buffer;
}

/** Values that a piece takes in its buffer. */
function pieceValues({ tensor, rowValues = tensor.nElements }: VectorPiece): number {
  const nRows = tensor.nElements / rowValues;
  return nRows === 1 ? rowValues : nRows * alignUp(rowValues, 32);
}

function vectorUploads(gpu: Gpu, { pieces }: VectorPlan, buffer: GPUBuffer): Upload[] {
  return pieces.map(piece => ({
    offset: piece.tensor.offset,
    length: piece.tensor.sizeBytes,
    write(bytes) {
      gpu.device.queue.writeBuffer(buffer, 4 * piece.at, arranged(piece, vectorValues(piece.tensor, bytes)));
    },
  }));
}

/** Values of a piece as they lie in its buffer. */
function arranged(piece: VectorPiece, values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { order, rowValues = values.length } = piece;
  if (order) return Float32Array.from(values, (_, i) => values[order(i)]);
  if (rowValues % 32 === 0 || rowValues === values.length) return values;
  const padded = new Float32Array(pieceValues(piece));
  for (let row = 0; row * rowValues < values.length; row++) {
    padded.set(values.subarray(row * rowValues, (row + 1) * rowValues), row * alignUp(rowValues, 32));
  }
  return padded;
}

/** A tensor of plain numbers as f32, from its bytes. */
export function vectorValues({ type, name }: GgufTensor, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  assert(isWeightType(type), () => `${name} is of type ${type}`);
  return dequantize(type, bytes);
}
