import type { TokenId } from '../../forward/forward.ts';
import type { SamplerParams } from './params.ts';

/** Longest breaker in bytes, and longest tail in tokens, as in llama.cpp. */
const MAX_BREAKER_BYTES = 40;
const MAX_TAIL_TOKENS = 20;

/**
 * Finds the token sequences that spell each breaker string. A token that contains a breaker breaks by itself; one that
 * ends with the start of a breaker breaks when the tokens of the rest follow it.
 *
 * @param pieces the bytes of every token of the vocabulary, in order of id, special tokens included
 * @param encode tokenizes bytes, with neither BOS nor special tokens; they may begin within a UTF-8 character
 */
export function buildDryBreakers(
  breakers: readonly string[],
  pieces: Iterable<Uint8Array>,
  encode: (bytes: Uint8Array) => readonly TokenId[],
): SamplerParams['dryBreakers'] {
  const texts = breakers
    .map(breaker => toByteString(new TextEncoder().encode(breaker).subarray(0, MAX_BREAKER_BYTES)))
    .filter(text => text !== '');
  const tails = new Map<string, readonly TokenId[]>();
  const encodeTail = (tail: string): readonly TokenId[] => {
    const known = tails.get(tail);
    if (known) return known;
    const tokens = encode(Uint8Array.from(tail, byte => byte.charCodeAt(0))).slice(0, MAX_TAIL_TOKENS);
    tails.set(tail, tokens);
    return tokens;
  };

  const result = new Map<TokenId, (readonly TokenId[])[]>();
  let id = 0;
  for (const bytes of pieces) {
    const piece = toByteString(bytes);
    const found = new Set<readonly TokenId[]>();
    for (const text of texts) {
      if (piece.includes(text)) found.add(encodeTail(''));
      else for (const tail of tailsAfter(piece, text)) found.add(encodeTail(tail));
    }
    if (found.size > 0) result.set(id, [...found]);
    id++;
  }
  return result;
}

/** Missing rest of `text` after each of its proper prefixes that `piece` ends with. */
function tailsAfter(piece: string, text: string): string[] {
  const tails: string[] = [];
  for (let length = Math.min(piece.length, text.length - 1); length > 0; length--) {
    if (piece.endsWith(text.slice(0, length))) tails.push(text.slice(length));
  }
  return tails;
}

/** Maps each byte to one character, so that substring search works on bytes. */
function toByteString(bytes: Uint8Array): string {
  return Array.from(bytes, byte => String.fromCharCode(byte)).join('');
}
