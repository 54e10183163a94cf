import { sha256 } from '../util/digest.ts';

/** Digest of a text as UTF-8. */
export function digestOfText(text: string): Promise<string> {
  return sha256(new TextEncoder().encode(text));
}

/** Digest of several arrays, concatenated. */
export function digestOf(
  arrays: readonly (Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>)[],
): Promise<string> {
  const parts = arrays.map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return sha256(all);
}
