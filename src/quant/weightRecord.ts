import { bytesOf } from './bits.ts';

/** Rows of a weight matrix, as the GPU needs them: two arrays of words. */
export interface GpuWords {
  readonly quants: Uint32Array<ArrayBuffer>;
  readonly scales: Uint32Array<ArrayBuffer>;
}

/**
 * Complete description of a weight type on the CPU; shaders/lib/weight_<TYPE>.wgsl is its GPU part. Its functions
 * have rows that follow each other, each of blocks of 32 values, whatever the blocks of the file; `interleaveRows` then puts rows
 * side by side. `quants` has vectors of four words, `scales` the rest. If the file has super-blocks of 256 values, the eight
 * blocks of one may share words of scales.
 *
 * Source of the layouts in the file and of the arithmetic: ggml's `block_*` structs (ggml-common.h) and `dequantize_row_*`
 * (ggml-quants.c).
 */
export interface WeightRecord {
  /** Id in GGUF: `enum ggml_type`. */
  readonly id: number;
  /** Values and bytes of a block in the file. */
  readonly blockLength: number;
  readonly blockBytes: number;
  /** Words on the GPU per block of 32 values. */
  readonly words: { readonly quants: number; readonly scales: number };
  /** Rearranges whole rows of `k` values from the file into words, which need not be zero before. */
  repack(file: DataView, k: number, to: GpuWords): void;
  /**
   * Value `i` of block `block`, by the same expression as in the shader. It rounds no more often than ggml's, so the value equals
   * ggml's bit for bit, with or without fma.
   */
  value(from: GpuWords, block: number, i: number): number;
  /** Writes one block of the file at byte `at` like ggml's `quantize_row_*_ref`, in float32 without fma. */
  quantize?(values: Float32Array, bytes: DataView, at: number): void;
  /** Sets the scales of a block at byte `at` so that its values have about this magnitude, whatever its other bits are. */
  setScale?(bytes: DataView, at: number, magnitude: number): void;
}

/** Repacks whole rows of plain floats, each padded with zeros to whole blocks. */
export function copyRows(valueBytes: number): WeightRecord['repack'] {
  return (file, k, { quants }) => {
    const rows = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
    const to = bytesOf(quants);
    const rowBytes = k * valueBytes;
    const stride = Math.ceil(k / 32) * 32 * valueBytes;
    if (stride === rowBytes) {
      to.set(rows);
      return;
    }
    for (let from = 0, put = 0; from < rows.length; from += rowBytes, put += stride) {
      to.set(rows.subarray(from, from + rowBytes), put);
      to.fill(0, put + rowBytes, put + stride);
    }
  };
}
