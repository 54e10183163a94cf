import type { GgmlType } from '../quant/types.ts';
import type { PackedStrings } from '../util/packedStrings.ts';
import type { ByteSource } from './byteSource.ts';

/** Types of a metadata value; the index is the id in the file. Source: `enum gguf_metadata_value_type` in ggml's docs/gguf.md. */
export const VALUE_TYPES = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const;
/** Type of a metadata value, by the specification's name. */
export type ValueType = (typeof VALUE_TYPES)[number];

/** Types whose values have a fixed size. */
export type ScalarType = Exclude<ValueType, 'string' | 'array'>;

/** Metadata value as read: 64-bit integers are `bigint` only if a `number` would not be exact; arrays of strings are packed. */
export type GgufValue = string | number | bigint | boolean | PackedStrings | readonly GgufValue[];

/** Metadata of a file, by key. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Tensor of a file: its location, type and shape. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgmlType;
  /** Dimensions in ggml's order: `shape[0]` is the length of a row. One to four dimensions. */
  readonly shape: readonly number[];
  readonly nElements: number;
  /** Bytes from the start of the file's `source`. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Header of a GGUF file, checked against the size of the file; or the joined headers of all parts of a model. */
export interface GgufFile {
  /** Bytes of the file; for a model in parts the concatenation of its parts. */
  readonly source: ByteSource;
  readonly version: 2 | 3;
  readonly metadata: GgufMetadata;
  /** Tensors by name, in the order of the file. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** First four bytes of a file. */
export const GGUF_MAGIC = 'GGUF';
export const ALIGNMENT_KEY = 'general.alignment';
export const DEFAULT_ALIGNMENT = 32;
