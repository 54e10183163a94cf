import { assert } from '../util/assert.ts';
import { recordOf, type WeightType } from './types.ts';

/**
 * Dequantizes a tensor's bytes from a GGUF file: a whole number of blocks, at any alignment. Values equal ggml's bit for bit: the
 * product of a half and a small integer is exact in float32, so each value is rounded at most once.
 */
export function dequantize(type: WeightType, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const { blockLength, blockBytes, words, repack, value } = recordOf(type);
  assert(
    bytes.length % blockBytes === 0,
    () => `${bytes.length} bytes are not whole ${type} blocks of ${blockBytes}`,
  );
  const count = (bytes.length / blockBytes) * blockLength;
  const nBlocks = Math.ceil(count / 32);
  const from = {
    quants: new Uint32Array(nBlocks * words.quants),
    scales: new Uint32Array(Math.ceil(nBlocks * words.scales)),
  };
  repack(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), count, from);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = value(from, i >> 5, i & 31);
  return values;
}
