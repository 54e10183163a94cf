/** SentencePiece's character for a space. */
export const ESCAPED_SPACE = '▁';
export const ESCAPED_BYTES: Uint8Array = new TextEncoder().encode(ESCAPED_SPACE);
const [FIRST, SECOND, THIRD] = ESCAPED_BYTES;

export function escapeSpaces(text: string): string {
  return text.replaceAll(' ', ESCAPED_SPACE);
}

/** Bytes of a token's text with plain spaces. */
export function unescapedBytes(text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; length++) {
    const isSpace = text[i] === FIRST && text[i + 1] === SECOND && text[i + 2] === THIRD;
    bytes[length] = isSpace ? 0x20 : text[i];
    i += isSpace ? ESCAPED_BYTES.length : 1;
  }
  return bytes.subarray(0, length);
}
