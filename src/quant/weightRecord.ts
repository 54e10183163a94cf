import { bytesOf } from './bits.ts';

/** Rows of a weight matrix on the GPU: two arrays of words. */
export interface GpuWords {
  readonly quants: Uint32Array<ArrayBuffer>;
  readonly scales: Uint32Array<ArrayBuffer>;
}

/**
 * All there is to know of a weight type on the CPU; shaders/lib/weight_<TYPE>.wgsl is the rest. Rows on the GPU follow each
 * other, each of blocks of 32 values, whatever the blocks of the file. `quants` has vectors of four words, `scales` the rest;
 * where the file has super-blocks of 256 values, each eight blocks of a row may share words of scales.
 *
 * Source of the layouts in the file and of the arithmetic: ggml's `block_*` structs (ggml-common.h) and `dequantize_row_*`
 * (ggml-quants.c).
 */
export interface WeightRecord {
  /** In GGUF: of `enum ggml_type`. */
  readonly id: number;
  /** Values and bytes of a block in the file. */
  readonly blockLength: number;
  readonly blockBytes: number;
  /** Words on the GPU per block of 32 values. */
  readonly words: { readonly quants: number; readonly scales: number };
  /** Rearranges whole rows of `k` values from the file into words that hold anything before. */
  repack(file: DataView, k: number, to: GpuWords): void;
  /**
   * Value `i` of block `block`, by the expression that the shader uses. It rounds no more often than ggml's, so it is ggml's value
   * bit for bit, with or without fma.
   */
  value(from: GpuWords, block: number, i: number): number;
  /** Writes one block of the file at byte `at` as ggml's `quantize_row_*_ref` does, in float32 without fma. */
  quantize?(values: Float32Array, bytes: DataView, at: number): void;
  /** Sets the scales of a block at byte `at` so that whatever its other bits are, its values are of about that magnitude. */
  setScale?(bytes: DataView, at: number, magnitude: number): void;
}

/** Repacks whole rows of plain floats, with zeros up to whole blocks after each. */
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
