const utf8 = new TextEncoder();

/** What SentencePiece writes for a space. */
export const ESCAPED_SPACE = '▁';

export function escapeSpaces(text: string): string {
  return text.replaceAll(' ', ESCAPED_SPACE);
}

/** The bytes of a token's text with its spaces. */
export function unescapedBytes(text: string): Uint8Array {
  return utf8.encode(text.replaceAll(ESCAPED_SPACE, ' '));
}
