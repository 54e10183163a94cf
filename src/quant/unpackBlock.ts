import { assertNever } from '../util/assert.ts';
import { bfloat16ToFloat, halfToFloat } from './f16.ts';
import type { WeightType } from './types.ts';

/**
 * The 32 values of one block of the GPU layout (see `RepackedLayout`), by the float32 expression a shader has to use:
 *
 * - Q4_0 `d * (q - 8)`, Q5_0 `d * (q - 16)`, Q8_0 `d * q`: exact in float32, since d has 11 significant bits
 * - Q4_1, Q5_1 `d * q + m`: the product is exact, so one rounding, with or without fma
 * - Q6_K `(d * sc) * (q - 32)`: one rounding, d·sc being exact
 *
 * Bit for bit what `dequantize` gives for the bytes that were repacked. `block` counts over the whole matrix.
 */
export function unpackBlock(
  type: WeightType,
  quants: Uint32Array,
  scales: Uint32Array,
  block: number,
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 32 }, (_, i) => unpackValue(type, quants, scales, block, i));
}

function unpackValue(
  type: WeightType,
  quants: Uint32Array,
  scales: Uint32Array,
  block: number,
  i: number,
): number {
  switch (type) {
    case 'F32':
      return bitsToFloat(quants, 32 * block + i);
    case 'F16':
      return halfToFloat(u16At(quants, 32 * block + i));
    case 'BF16':
      return bfloat16ToFloat(u16At(quants, 32 * block + i));
    case 'Q4_0':
      return halfToFloat(u16At(scales, block)) * (nibbleAt(quants, 4 * block, i) - 8);
    case 'Q4_1':
      return (
        halfToFloat(u16At(scales, 2 * block)) * nibbleAt(quants, 4 * block, i) +
        halfToFloat(u16At(scales, 2 * block + 1))
      );
    case 'Q5_0':
      return halfToFloat(u16At(scales, 4 * block)) * (fiveBitsAt(quants, scales, block, i) - 16);
    case 'Q5_1':
      return (
        halfToFloat(u16At(scales, 4 * block)) * fiveBitsAt(quants, scales, block, i) +
        halfToFloat(u16At(scales, 4 * block + 1))
      );
    case 'Q8_0':
      return halfToFloat(u16At(scales, block)) * ((bitsAt(quants, 8 * block, 8, i) << 24) >> 24);
    case 'Q6_K': {
      const q = nibbleAt(quants, 4 * block, i) | (bitsAt(scales, 3 * block + 1, 2, i) << 4);
      const scale = (bitsAt(scales, 3 * block, 8, 2 + (i >> 4)) << 24) >> 24;
      return Math.fround(halfToFloat(u16At(scales, 6 * block)) * scale) * (q - 32);
    }
    default:
      return assertNever(type);
  }
}

/** Value `i` of the 32 nibbles in four words: byte j holds the values j and j+16. */
function nibbleAt(words: Uint32Array, from: number, i: number): number {
  return bitsAt(words, from, 4, 2 * (i & 15) + (i >> 4));
}

function fiveBitsAt(quants: Uint32Array, scales: Uint32Array, block: number, i: number): number {
  return nibbleAt(quants, 4 * block, i) | (bitsAt(scales, 2 * block + 1, 1, i) << 4);
}

function u16At(words: Uint32Array, index: number): number {
  return bitsAt(words, 0, 16, index);
}

/** Field `index` of fields of `width` bits, packed from the low bit of word `from` on. */
function bitsAt(words: Uint32Array, from: number, width: number, index: number): number {
  const perWord = 32 / width;
  const word = words[from + Math.floor(index / perWord)];
  return (word >>> (width * (index % perWord))) & (2 ** width - 1);
}

function bitsToFloat(words: Uint32Array, index: number): number {
  return new Float32Array(words.buffer, words.byteOffset, words.length)[index];
}
