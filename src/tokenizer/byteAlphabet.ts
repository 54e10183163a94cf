import { hex } from '../util/digest.ts';

const utf8 = new TextEncoder();

/**
 * Alphabet of byte-level BPE: printable bytes of Latin-1 stand for themselves, the other 68 for the code points from U+0100 on,
 * in order (GPT-2's bytes_to_unicode).
 */
export const BYTE_CHARACTERS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  String.fromCodePoint(isPrintable(byte) ? byte : 0x100 + nUnprintableBelow(byte)),
);

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
}

function nUnprintableBelow(byte: number): number {
  let n = 0;
  for (let i = 0; i < byte; i++) if (!isPrintable(i)) n++;
  return n;
}

/** Byte of each code point below 0x144, or -1. */
const BYTES = Int16Array.from({ length: 0x144 }, (_, codePoint) =>
  BYTE_CHARACTERS.indexOf(String.fromCodePoint(codePoint)),
);

/** Decodes a text in the alphabet to the bytes that it stands for, both as UTF-8. */
export function bytesOfAlphabet(text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; length++) {
    // Characters of the alphabet have one or two bytes.
    const isLong = text[i] >= 0xc0;
    const codePoint = isLong ? ((text[i] & 0x3f) << 6) | (text[i + 1] & 0x3f) : text[i];
    const byte = BYTES[codePoint] ?? -1;
    const isStray = !isLong && codePoint >= 0x80;
    if (byte < 0 || isStray) return spelledOut(text);
    bytes[length] = byte;
    i += isLong ? 2 : 1;
  }
  return bytes.subarray(0, length);
}

/** Decodes a text that is not all in the alphabet: as in llama.cpp, its other characters are spelled out. */
function spelledOut(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const spelled = Array.from(text, character => {
    const byte = BYTES[character.codePointAt(0) ?? 0] ?? -1;
    return byte < 0 ? utf8.encode(`[UNK_BYTE_0x${hex(utf8.encode(character))}${text}]`) : Uint8Array.of(byte);
  });
  return Uint8Array.from(spelled.flatMap(part => [...part]));
}
