/**
 * Reads GGUF files from a URL, a Blob or memory, and writes small ones.
 *
 * @module foretoken/gguf
 */

export type { GgmlType, WeightType } from '../quant/types.ts';
export type { PackedStrings } from '../util/packedStrings.ts';
export { type ByteSource, checkRead } from './byteSource.ts';
export { completedBy, lending } from './completedBy.ts';
export { getBool, getNumber, getNumbers, getString, getStrings } from './metadata.ts';
export { openGguf, openOutline } from './open.ts';
export type { GgufOutline } from './outline.ts';
export { readGguf, readGgufMetadata } from './read.ts';
export type { Scalar } from './scalars.ts';
export { type Openable, openSource } from './source.ts';
export { partNames, partUrls } from './splitName.ts';
export type { GgufFile, GgufMetadata, GgufTensor, GgufValue, ScalarType, ValueType } from './types.ts';
export { GGUF_MAGIC } from './types.ts';
export type { UrlReading } from './urlSource.ts';
export {
  type GgufToWrite,
  ggufParts,
  type TensorToWrite,
  type TypedArrayValue,
  type TypedValue,
  writeGguf,
} from './write.ts';
