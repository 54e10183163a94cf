import { WEIGHT_RECORDS } from './types/index.ts';
import type { WeightRecord } from './weightRecord.ts';

interface BlockSize {
  /** Id in the file. */
  readonly id: number;
  readonly blockLength: number;
  readonly blockBytes: number;
}

/** Further types of a tensor in GGUF, which weight matrices cannot have here. Source: `enum ggml_type` (ggml/include/ggml.h). */
const OTHER_TYPES = {
  Q8_1: { id: 9, blockLength: 32, blockBytes: 36 },
  Q8_K: { id: 15, blockLength: 256, blockBytes: 292 },
  I8: { id: 24, blockLength: 1, blockBytes: 1 },
  I16: { id: 25, blockLength: 1, blockBytes: 2 },
  I32: { id: 26, blockLength: 1, blockBytes: 4 },
  I64: { id: 27, blockLength: 1, blockBytes: 8 },
  F64: { id: 28, blockLength: 1, blockBytes: 8 },
  Q1_0: { id: 41, blockLength: 128, blockBytes: 18 },
  Q2_0: { id: 42, blockLength: 64, blockBytes: 18 },
} as const;

/** Type of a weight matrix. */
export type WeightType = keyof typeof WEIGHT_RECORDS;
/** Type of a tensor, by ggml's name. */
export type GgmlType = WeightType | keyof typeof OTHER_TYPES;

/** The tensor types of GGUF. */
export const GGML_TYPES: Readonly<Record<GgmlType, BlockSize>> = { ...WEIGHT_RECORDS, ...OTHER_TYPES };

/** Types that a weight matrix may have here. */
export const WEIGHT_TYPES = Object.keys(WEIGHT_RECORDS) as readonly WeightType[];

export function isWeightType(type: GgmlType): type is WeightType {
  return type in WEIGHT_RECORDS;
}

export function recordOf(type: WeightType): WeightRecord {
  return WEIGHT_RECORDS[type];
}

/** Type with this id in a GGUF file, if there is one. */
export function ggmlTypeById(id: number): GgmlType | undefined {
  return (Object.keys(GGML_TYPES) as GgmlType[]).find(name => GGML_TYPES[name].id === id);
}

/** Size of `nElements` consecutive values in bytes; the count must be a multiple of the block length. */
export function byteLength(type: GgmlType, nElements: number): number {
  const { blockLength, blockBytes } = GGML_TYPES[type];
  return (nElements / blockLength) * blockBytes;
}
