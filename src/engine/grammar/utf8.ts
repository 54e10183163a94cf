import { MAX_CODE_POINT } from './grammar.ts';

/** Incomplete UTF-8 character. */
export interface PartialCharacter {
  /** Bits decoded so far. */
  readonly bits: number;
  readonly nMissing: number;
  /** Range of code points that it may become. */
  readonly first: number;
  readonly last: number;
}

const SURROGATES = { first: 0xd800, last: 0xdfff } as const;

/**
 * Adds one byte. Returns the whole character, the incomplete character, or null for an invalid, overlong, surrogate or
 * out-of-range sequence (RFC 3629).
 */
export function addByte(partial: PartialCharacter | null, byte: number): number | PartialCharacter | null {
  if (partial === null) return firstByte(byte);
  if (byte < 0x80 || byte > 0xbf) return null;
  return narrowed((partial.bits << 6) | (byte & 0x3f), partial.nMissing - 1, partial.first);
}

function firstByte(byte: number): number | PartialCharacter | null {
  if (byte < 0x80) return byte;
  if (byte >= 0xc2 && byte <= 0xdf) return narrowed(byte & 0x1f, 1, 0x80);
  if (byte >= 0xe0 && byte <= 0xef) return narrowed(byte & 0x0f, 2, 0x800);
  if (byte >= 0xf0 && byte <= 0xf4) return narrowed(byte & 0x07, 3, 0x10000);
  return null;
}

/** Narrows an incomplete character; `least` is the smallest code point of its length. */
function narrowed(bits: number, nMissing: number, least: number): number | PartialCharacter | null {
  const lowest = bits << (6 * nMissing);
  const first = Math.max(lowest, least);
  const last = Math.min(lowest + 2 ** (6 * nMissing) - 1, MAX_CODE_POINT);
  const isSurrogate = first >= SURROGATES.first && last <= SURROGATES.last;
  if (first > last || isSurrogate) return null;
  return nMissing === 0 ? bits : { bits, nMissing, first, last };
}
