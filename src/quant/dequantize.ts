import { assert } from '../util/assert.ts';
import { bfloat16ToFloat, halfToFloat } from './f16.ts';
import { GGML_TYPES, type WeightType } from './types.ts';

/**
 * Values of a tensor's bytes as they are in a GGUF file: a whole number of blocks, at any alignment.
 *
 * Block layouts and arithmetic: ggml's `block_*` structs (ggml-common.h) and `dequantize_row_*` (ggml-quants.c). The
 * product of a half and a small integer is exact in float32, so each value is rounded at most once and contracting to
 * fma changes nothing.
 */
export function dequantize(type: WeightType, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const { blockLength, blockBytes } = GGML_TYPES[type];
  assert(
    bytes.length % blockBytes === 0,
    () => `${bytes.length} bytes are not whole ${type} blocks of ${blockBytes}`,
  );
  const nBlocks = bytes.length / blockBytes;
  const values = new Float32Array(nBlocks * blockLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decodeBlock = BLOCK_DECODERS[type];
  for (let block = 0; block < nBlocks; block++) {
    decodeBlock(view, block * blockBytes, values, block * blockLength);
  }
  return values;
}

/** Decodes the block at byte `at` into `values` from index `to` on. */
type BlockDecoder = (bytes: DataView, at: number, values: Float32Array, to: number) => void;

const BLOCK_DECODERS: Record<WeightType, BlockDecoder> = {
  F32: (bytes, at, values, to) => {
    values[to] = bytes.getFloat32(at, true);
  },
  F16: (bytes, at, values, to) => {
    values[to] = halfAt(bytes, at);
  },
  BF16: (bytes, at, values, to) => {
    values[to] = bfloat16ToFloat(bytes.getUint16(at, true));
  },
  // { half d; u8 qs[16] }
  Q4_0: (bytes, at, values, to) => {
    const d = halfAt(bytes, at);
    for (let j = 0; j < 16; j++) {
      const pair = bytes.getUint8(at + 2 + j);
      values[to + j] = d * ((pair & 15) - 8);
      values[to + j + 16] = d * ((pair >> 4) - 8);
    }
  },
  // { half d; half m; u8 qs[16] }
  Q4_1: (bytes, at, values, to) => {
    const d = halfAt(bytes, at);
    const m = halfAt(bytes, at + 2);
    for (let j = 0; j < 16; j++) {
      const pair = bytes.getUint8(at + 4 + j);
      values[to + j] = d * (pair & 15) + m;
      values[to + j + 16] = d * (pair >> 4) + m;
    }
  },
  // { half d; u8 qh[4]; u8 qs[16] }: bit i of qh is the fifth bit of value i.
  Q5_0: (bytes, at, values, to) => {
    const d = halfAt(bytes, at);
    const qh = bytes.getUint32(at + 2, true);
    for (let j = 0; j < 16; j++) {
      const pair = bytes.getUint8(at + 6 + j);
      values[to + j] = d * (((pair & 15) | fifthBit(qh, j)) - 16);
      values[to + j + 16] = d * (((pair >> 4) | fifthBit(qh, j + 16)) - 16);
    }
  },
  // { half d; half m; u8 qh[4]; u8 qs[16] }
  Q5_1: (bytes, at, values, to) => {
    const d = halfAt(bytes, at);
    const m = halfAt(bytes, at + 2);
    const qh = bytes.getUint32(at + 4, true);
    for (let j = 0; j < 16; j++) {
      const pair = bytes.getUint8(at + 8 + j);
      values[to + j] = d * ((pair & 15) | fifthBit(qh, j)) + m;
      values[to + j + 16] = d * ((pair >> 4) | fifthBit(qh, j + 16)) + m;
    }
  },
  // { half d; i8 qs[32] }
  Q8_0: (bytes, at, values, to) => {
    const d = halfAt(bytes, at);
    for (let j = 0; j < 32; j++) values[to + j] = d * bytes.getInt8(at + 2 + j);
  },
  // { u8 ql[128]; u8 qh[64]; i8 scales[16]; half d }: each half of 128 values owns 64 bytes of ql, whose low nibbles
  // are its values 0..63 and whose high nibbles are 64..127, and 32 bytes of qh, whose bit pair g is for values 32g..32g+31.
  Q6_K: (bytes, at, values, to) => {
    const d = halfAt(bytes, at + 208);
    for (let i = 0; i < 256; i++) {
      const half = i >> 7;
      const low = bytes.getUint8(at + 64 * half + (i & 63)) >> (i & 64 ? 4 : 0);
      const high = bytes.getUint8(at + 128 + 32 * half + (i & 31)) >> (2 * ((i >> 5) & 3));
      const q = ((low & 15) | ((high & 3) << 4)) - 32;
      values[to + i] = d * bytes.getInt8(at + 192 + (i >> 4)) * q;
    }
  },
};

function halfAt(bytes: DataView, at: number): number {
  return halfToFloat(bytes.getUint16(at, true));
}

/** Bit `index` of `qh`, moved to where the fifth bit of a value belongs. */
function fifthBit(qh: number, index: number): number {
  return ((qh >>> index) & 1) << 4;
}
