import { xielu as formula, type XieluConstants } from './blocks/activation.ts';

/** xIELU of each value, with the formula's constants. */
export function xielu(x: Float32Array, constants: XieluConstants): Float32Array<ArrayBuffer> {
  return Float32Array.from(x, value => formula(constants, value));
}
