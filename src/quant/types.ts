/**
 * The tensor types of GGUF: `id` as stored in the file, values per block and bytes per block.
 * Source: `enum ggml_type` and the block structs of ggml (ggml/include/ggml.h, ggml/src/ggml-common.h).
 */
export const GGML_TYPES = {
  F32: { id: 0, blockLength: 1, blockBytes: 4 },
  F16: { id: 1, blockLength: 1, blockBytes: 2 },
  Q4_0: { id: 2, blockLength: 32, blockBytes: 18 },
  Q4_1: { id: 3, blockLength: 32, blockBytes: 20 },
  Q5_0: { id: 6, blockLength: 32, blockBytes: 22 },
  Q5_1: { id: 7, blockLength: 32, blockBytes: 24 },
  Q8_0: { id: 8, blockLength: 32, blockBytes: 34 },
  Q8_1: { id: 9, blockLength: 32, blockBytes: 36 },
  Q2_K: { id: 10, blockLength: 256, blockBytes: 84 },
  Q3_K: { id: 11, blockLength: 256, blockBytes: 110 },
  Q4_K: { id: 12, blockLength: 256, blockBytes: 144 },
  Q5_K: { id: 13, blockLength: 256, blockBytes: 176 },
  Q6_K: { id: 14, blockLength: 256, blockBytes: 210 },
  Q8_K: { id: 15, blockLength: 256, blockBytes: 292 },
  IQ2_XXS: { id: 16, blockLength: 256, blockBytes: 66 },
  IQ2_XS: { id: 17, blockLength: 256, blockBytes: 74 },
  IQ3_XXS: { id: 18, blockLength: 256, blockBytes: 98 },
  IQ1_S: { id: 19, blockLength: 256, blockBytes: 50 },
  IQ4_NL: { id: 20, blockLength: 32, blockBytes: 18 },
  IQ3_S: { id: 21, blockLength: 256, blockBytes: 110 },
  IQ2_S: { id: 22, blockLength: 256, blockBytes: 82 },
  IQ4_XS: { id: 23, blockLength: 256, blockBytes: 136 },
  I8: { id: 24, blockLength: 1, blockBytes: 1 },
  I16: { id: 25, blockLength: 1, blockBytes: 2 },
  I32: { id: 26, blockLength: 1, blockBytes: 4 },
  I64: { id: 27, blockLength: 1, blockBytes: 8 },
  F64: { id: 28, blockLength: 1, blockBytes: 8 },
  IQ1_M: { id: 29, blockLength: 256, blockBytes: 56 },
  BF16: { id: 30, blockLength: 1, blockBytes: 2 },
  TQ1_0: { id: 34, blockLength: 256, blockBytes: 54 },
  TQ2_0: { id: 35, blockLength: 256, blockBytes: 66 },
  MXFP4: { id: 39, blockLength: 32, blockBytes: 17 },
} as const satisfies Record<string, { id: number; blockLength: number; blockBytes: number }>;

export type GgmlType = keyof typeof GGML_TYPES;

/** The types that a weight matrix may have here: those with a kernel. */
export const WEIGHT_TYPES = ['F32', 'F16', 'BF16', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0', 'Q6_K'] as const;
export type WeightType = (typeof WEIGHT_TYPES)[number];

export function isWeightType(type: GgmlType): type is WeightType {
  return (WEIGHT_TYPES as readonly string[]).includes(type);
}

/** The type with that id in a GGUF file, if there is one. */
export function ggmlTypeById(id: number): GgmlType | undefined {
  return (Object.keys(GGML_TYPES) as GgmlType[]).find(name => GGML_TYPES[name].id === id);
}

/** Bytes of `nElements` consecutive values; the count must be a multiple of the block length. */
export function byteLength(type: GgmlType, nElements: number): number {
  const { blockLength, blockBytes } = GGML_TYPES[type];
  return (nElements / blockLength) * blockBytes;
}
