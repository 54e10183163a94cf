import type { GgufTensor } from '../../gguf/index.ts';
import type { Gpu } from '../../gpu/device.ts';
import { dequantize } from '../../quant/dequantize.ts';
import { int64Values } from '../../quant/integers.ts';
import { isWeightType } from '../../quant/types.ts';
import { assert } from '../../util/assert.ts';
import { alignUp } from '../../util/math.ts';
import type { VectorPiece, VectorPlan } from './tensors.ts';
import type { Upload } from './upload.ts';

/** Creates the buffer of a vector, empty except for its constants. */
export function allocateVector(gpu: Gpu, plan: VectorPlan): GPUBuffer {
  const { label, constants = [] } = plan;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffer = gpu.createBuffer(label, vectorBytes(plan), usage);
  if (constants.length > 0) gpu.device.queue.writeBuffer(buffer, 0, Float32Array.from(constants));
  return buffer;
}

/** Size of a vector's buffer in bytes. */
export function vectorBytes({ pieces, constants = [] }: VectorPlan): number {
  const end = Math.max(constants.length, ...pieces.map(piece => piece.at + pieceValues(piece)));
  return 4 * alignUp(end, 32);
}

/** Number of values of a piece in its buffer. */
function pieceValues({ tensor, rowValues = tensor.nElements }: VectorPiece): number {
  const nRows = tensor.nElements / rowValues;
  return nRows === 1 ? rowValues : nRows * alignUp(rowValues, 32);
}

/** Uploads that fill a vector. */
export function vectorUploads(gpu: Gpu, { pieces }: VectorPlan, buffer: GPUBuffer): Upload[] {
  return pieces.map(piece => ({
    offset: piece.tensor.offset,
    length: piece.tensor.sizeBytes,
    write(bytes) {
      gpu.device.queue.writeBuffer(buffer, 4 * piece.at, arranged(piece, vectorValues(piece.tensor, bytes)));
    },
  }));
}

/** Values of a piece in the order and padding of its buffer. */
function arranged(piece: VectorPiece, values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { order, factor, rowValues = values.length } = piece;
  if (factor !== undefined)
    return arranged(
      { ...piece, factor: undefined },
      values.map(value => value * factor),
    );
  if (order) return Float32Array.from(values, (_, i) => values[order(i)]);
  if (rowValues % 32 === 0 || rowValues === values.length) return values;
  const padded = new Float32Array(pieceValues(piece));
  for (let row = 0; row * rowValues < values.length; row++) {
    padded.set(values.subarray(row * rowValues, (row + 1) * rowValues), row * alignUp(rowValues, 32));
  }
  return padded;
}

/** Converts the bytes of a tensor of plain numbers to f32. */
export function vectorValues({ type, name }: GgufTensor, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  if (type === 'I64') return int64Values(bytes);
  assert(isWeightType(type), () => `${name} is of type ${type}`);
  return dequantize(type, bytes);
}
