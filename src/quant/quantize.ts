import { assert } from '../util/assert.ts';
import { recordOf, type WeightType } from './types.ts';

/**
 * Quantizes `values` to the bytes of a GGUF file like ggml's `quantize_row_*_ref` (ggml-quants.c), in float32 without fma. The
 * number of values must be a multiple of the type's block length; some types have no quantizer.
 */
export function quantize(type: WeightType, values: Float32Array): Uint8Array<ArrayBuffer> {
  const { blockLength, blockBytes, quantize: encodeBlock } = recordOf(type);
  assert(encodeBlock !== undefined, () => `nothing here quantizes to ${type}`);
  assert(
    values.length % blockLength === 0,
    () => `${values.length} values are not whole ${type} blocks of ${blockLength}`,
  );
  const nBlocks = values.length / blockLength;
  const bytes = new Uint8Array(nBlocks * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < nBlocks; block++) {
    const from = block * blockLength;
    encodeBlock(values.subarray(from, from + blockLength), view, block * blockBytes);
  }
  return bytes;
}
