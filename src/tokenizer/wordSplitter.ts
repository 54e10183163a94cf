import type { PackedStrings } from '../util/packedStrings.ts';
import { ESCAPED_BYTES, ESCAPED_SPACE } from './escapedSpaces.ts';

const [FIRST, SECOND, THIRD] = ESCAPED_BYTES;

const SPACE = 0x20;

/**
 * Splits text with escaped spaces where that does not change its tokens: before a `▁`, if no token or merge has the preceding
 * character directly before a `▁`. Each part can then be cached by itself.
 */
export function wordSplitter(texts: readonly PackedStrings[]): (text: string) => readonly string[] {
  const joiners = new Set<string>([ESCAPED_SPACE]);
  for (const list of texts) addJoiners(list, joiners);
  const outside = Array.from(joiners, character => `\\u{${character.codePointAt(0)?.toString(16)}}`).join('');
  const boundary = new RegExp(`(?<=[^${outside}])(?=${ESCAPED_SPACE})`, 'u');
  return text => text.split(boundary);
}

/**
 * Adds the characters that stand before a `▁` in one of `texts`. For a merge, which has a space between its halves, also the
 * character before that space.
 */
function addJoiners({ bytes, starts }: PackedStrings, joiners: Set<string>): void {
  const decoder = new TextDecoder();
  const addBefore = (at: number, start: number): number => {
    let first = at - 1;
    while (first > start && (bytes[first] & 0xc0) === 0x80) first--;
    joiners.add(decoder.decode(bytes.subarray(first, at)));
    return first;
  };
  let i = 0;
  for (let at = bytes.indexOf(FIRST); at >= 0; at = bytes.indexOf(FIRST, at + 1)) {
    if (bytes[at + 1] !== SECOND || bytes[at + 2] !== THIRD) continue;
    while (starts[i + 1] <= at) i++;
    if (at === starts[i] || (bytes[at - 1] === THIRD && bytes[at - 2] === SECOND)) continue;
    const first = addBefore(at, starts[i]);
    if (bytes[first] === SPACE && first > starts[i]) addBefore(first, starts[i]);
  }
}
