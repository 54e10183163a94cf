/**
 * The alphabet of byte-level BPE: printable bytes of Latin-1 stand for themselves, and the other 68 for the code points from
 * U+0100 on, in order (GPT-2's bytes_to_unicode).
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

const BYTES = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

/** The bytes that a text in the alphabet stands for; llama.cpp spells a character outside of it out, and so do we. */
export function bytesOfAlphabet(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const byte = BYTES.get(character);
    if (byte !== undefined) bytes.push(byte);
    else bytes.push(...new TextEncoder().encode(`[UNK_BYTE_0x${hex(character)}${text}]`));
  }
  return Uint8Array.from(bytes);
}

function hex(character: string): string {
  return Array.from(new TextEncoder().encode(character), byte => byte.toString(16).padStart(2, '0')).join('');
}
