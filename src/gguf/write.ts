import { byteLength, GGML_TYPES, type GgmlType } from '../quant/types.ts';
import { assert } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';
import { ByteWriter } from './byteWriter.ts';
import type { Scalar } from './scalars.ts';
import { ALIGNMENT_KEY, DEFAULT_ALIGNMENT, GGUF_MAGIC, type ScalarType, VALUE_TYPES } from './types.ts';

/** Metadata value with its type in the file. */
export type TypedValue =
  | { readonly type: ScalarType; readonly value: Scalar }
  | { readonly type: 'string'; readonly value: string }
  | TypedArrayValue;

/** Array of scalars, strings or arrays; all items have the type `of`. */
export type TypedArrayValue =
  | {
      readonly type: 'array';
      readonly of: ScalarType;
      readonly value: readonly Scalar[];
    }
  | { readonly type: 'array'; readonly of: 'string'; readonly value: readonly string[] }
  | { readonly type: 'array'; readonly of: 'array'; readonly value: readonly TypedArrayValue[] };

/** Tensor to write. */
export interface TensorToWrite {
  readonly name: string;
  readonly type: GgmlType;
  /** Dimensions in ggml's order: `shape[0]` is the length of a row. */
  readonly shape: readonly number[];
  /** Data as stored: blocks of the type, row after row. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** File to write. */
export interface GgufToWrite {
  readonly version?: 2 | 3;
  readonly metadata: Readonly<Record<string, TypedValue>>;
  readonly tensors: readonly TensorToWrite[];
}

/**
 * Serialises a GGUF file. Tensors are laid out in order, each at a multiple of `general.alignment` (32 unless the metadata says
 * otherwise).
 */
export function writeGguf(gguf: GgufToWrite): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  for (const part of ggufParts(gguf)) writer.bytes(part);
  return writer.toBytes();
}

/** Serialises to consecutive parts of the file, so that one copy in memory is enough. */
export function ggufParts({
  version = 3,
  metadata,
  tensors,
}: GgufToWrite): readonly Uint8Array<ArrayBuffer>[] {
  const pairs = Object.entries(metadata);
  const alignment = Number(metadata[ALIGNMENT_KEY]?.value ?? DEFAULT_ALIGNMENT);
  const writer = new ByteWriter();

  writer.bytes(new TextEncoder().encode(GGUF_MAGIC));
  writer.uint32(version);
  writer.uint64(tensors.length);
  writer.uint64(pairs.length);
  for (const [key, value] of pairs) {
    writer.string(key);
    writer.uint32(VALUE_TYPES.indexOf(value.type));
    writeValue(writer, value);
  }

  let offset = 0;
  for (const tensor of tensors) {
    writeTensorInfo(writer, tensor, offset);
    offset = alignUp(offset + tensor.data.length, alignment);
  }
  let length = writer.length;
  const parts: Uint8Array<ArrayBuffer>[] = [writer.toBytes()];
  for (const { data } of tensors) {
    const padding = alignUp(length, alignment) - length;
    parts.push(new Uint8Array(padding), data);
    length += padding + data.length;
  }
  return parts;
}

function writeValue(writer: ByteWriter, typed: TypedValue): void {
  if (typed.type === 'string') writer.string(typed.value);
  else if (typed.type === 'array') writeArray(writer, typed);
  else writer.scalar(typed.type, typed.value);
}

function writeArray(writer: ByteWriter, array: TypedArrayValue): void {
  writer.uint32(VALUE_TYPES.indexOf(array.of));
  writer.uint64(array.value.length);
  if (array.of === 'string') for (const value of array.value) writer.string(value);
  else if (array.of === 'array') for (const value of array.value) writeArray(writer, value);
  else for (const value of array.value) writer.scalar(array.of, value);
}

function writeTensorInfo(writer: ByteWriter, tensor: TensorToWrite, offset: number): void {
  const { name, type, shape, data } = tensor;
  const nElements = shape.reduce((product, size) => product * size, 1);
  const expected = byteLength(type, nElements);
  assert(data.length === expected, () => `tensor ${name} has ${data.length} bytes instead of ${expected}`);
  writer.string(name);
  writer.uint32(shape.length);
  for (const size of shape) writer.uint64(size);
  writer.uint32(GGML_TYPES[type].id);
  writer.uint64(offset);
}
