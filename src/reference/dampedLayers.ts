import type { GgufFile } from '../gguf/index.ts';
import { floatToHalf, halfToFloat } from '../quant/f16.ts';
import { assert } from '../util/assert.ts';

/** Last matrices of the branches of a layer. */
const LAST = /\.(attn_output|ssm_out|shortconv\.out_proj|ffn_down(_exps|_shexp)?)\.weight$/;

/** Copies a model file with the output of each layer's branches multiplied by `factor`. Their matrices have to be F16 or F32. */
export function dampedLayers(
  gguf: GgufFile,
  bytes: Uint8Array<ArrayBuffer>,
  factor: number,
): Uint8Array<ArrayBuffer> {
  const damped = bytes.slice();
  const view = new DataView(damped.buffer);
  for (const { name, type, offset, nElements } of gguf.tensors.values()) {
    if (!LAST.test(name)) continue;
    assert(type === 'F16' || type === 'F32', () => `${name} is ${type}`);
    for (let i = 0; i < nElements; i++) {
      if (type === 'F32') {
        const at = offset + 4 * i;
        view.setFloat32(at, factor * view.getFloat32(at, true), true);
      } else {
        const at = offset + 2 * i;
        view.setUint16(at, floatToHalf(factor * halfToFloat(view.getUint16(at, true))), true);
      }
    }
  }
  return damped;
}
