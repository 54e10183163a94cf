import { GGML_TYPES } from './types.ts';

const { blockBytes: SUPERBLOCK_BYTES } = GGML_TYPES.Q6_K;
/** Where the parts of a superblock begin; `ql` is at 0. */
const QH = 128;
const SCALES = 192;
const D = 208;
/** Bytes per GPU block: 16 of nibbles; d, two 8-bit scales and 8 of bit pairs. */
const QUANTS_BYTES = 16;
const SCALES_BYTES = 12;

/**
 * Regroups Q6_K superblocks of 256 values into blocks of 32 (see `RepackedLayout`). In the file, the values
 * 32g..32g+31 of a half of 128 are nibbles `g >> 1` of 32 bytes of `ql` and bit pairs g of 32 bytes of `qh`.
 */
export function repackQ6K(source: Uint8Array, quants: Uint8Array, scales: Uint8Array): void {
  let toQuants = 0;
  let toScales = 0;
  for (let at = 0; at < source.length; at += SUPERBLOCK_BYTES) {
    for (let block = 0; block < 8; block++) {
      const half = block >> 2;
      const g = block & 3;
      packNibbles(source, at + 64 * half + 32 * (g & 1), 4 * (g >> 1), quants, toQuants);
      scales[toScales] = source[at + D];
      scales[toScales + 1] = source[at + D + 1];
      scales[toScales + 2] = source[at + SCALES + 2 * block];
      scales[toScales + 3] = source[at + SCALES + 2 * block + 1];
      packBitPairs(source, at + QH + 32 * half, 2 * g, scales, toScales + 4);
      toQuants += QUANTS_BYTES;
      toScales += SCALES_BYTES;
    }
  }
}

/** 32 nibbles at bit `shift` of consecutive bytes become 16 bytes, byte j of the nibbles j and j+16. */
function packNibbles(source: Uint8Array, from: number, shift: number, target: Uint8Array, to: number): void {
  for (let j = 0; j < 16; j++) {
    const low = (source[from + j] >> shift) & 15;
    const high = (source[from + j + 16] >> shift) & 15;
    target[to + j] = low | (high << 4);
  }
}

/** 32 bit pairs at bit `shift` of consecutive bytes become 8 bytes, four pairs each. */
function packBitPairs(source: Uint8Array, from: number, shift: number, target: Uint8Array, to: number): void {
  for (let j = 0; j < 8; j++) {
    let byte = 0;
    for (let i = 0; i < 4; i++) byte |= ((source[from + 4 * j + i] >> shift) & 3) << (2 * i);
    target[to + j] = byte;
  }
}
