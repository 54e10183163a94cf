import type { TokenId } from '../../../forward/forward.ts';

/** Saved slot: the tokens, and the target's K and V of them. */
export interface SavedSlot {
  readonly tokens: readonly TokenId[];
  readonly cache: Uint8Array;
}

const MAGIC = 0x67677371;
const VERSION = 3;
/** Magic, version, and the number of payload words. */
const HEADER_WORDS = 3;
/** Marks the packed payload, in place of a first token: version, number of tokens, tokens, number of media. */
const PACKED = -1;
const PACKED_VERSION = 1;

/** Encodes llama.cpp's file of a sequence, little-endian: the header, the payload with the tokens, and the model's bytes. */
export function encodeSlotFile({ tokens, cache }: SavedSlot): Uint8Array<ArrayBuffer> {
  const payload = [PACKED, PACKED_VERSION, tokens.length, ...tokens, 0];
  const words = [MAGIC, VERSION, payload.length, ...payload];
  const file = new Uint8Array(4 * words.length + cache.length);
  const view = new DataView(file.buffer);
  for (const [i, word] of words.entries()) view.setInt32(4 * i, word, true);
  file.set(cache, 4 * words.length);
  return file;
}

/** Decodes a file of `encodeSlotFile`; null for other files. Servers before the packed payload wrote the tokens alone. */
export function decodeSlotFile(file: Uint8Array): SavedSlot | null {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 4 * HEADER_WORDS) return null;
  const [magic, version, nWords] = [0, 4, 8].map(at => view.getUint32(at, true));
  const end = 4 * (HEADER_WORDS + nWords);
  if (magic !== MAGIC || version !== VERSION || end > file.length) return null;
  const payload = Array.from({ length: nWords }, (_, i) => view.getInt32(4 * (HEADER_WORDS + i), true));
  const tokens = payload[0] === PACKED ? unpacked(payload) : payload;
  return tokens && { tokens, cache: file.subarray(end) };
}

function unpacked([_, version, nTokens, ...rest]: readonly number[]): TokenId[] | null {
  const isWhole = rest.length === nTokens + 1 && rest[nTokens] === 0;
  return version === PACKED_VERSION && isWhole ? rest.slice(0, nTokens) : null;
}
