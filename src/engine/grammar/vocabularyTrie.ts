import type { TokenId } from '../../forward/forward.ts';

/** The bytes of a vocabulary's tokens as a tree, and which tokens end a text. Built once for all grammars. */
export interface GrammarVocabulary {
  readonly pieces: readonly Uint8Array[];
  readonly eogTokens: readonly TokenId[];
  readonly trie: VocabularyTrie;
}

/**
 * The beginnings that tokens share, each behind that of one byte less and before those that are longer. So a walk goes
 * through arrays in order, and leaps where it leaves a beginning out.
 */
export interface VocabularyTrie {
  /** Last byte of each beginning. */
  readonly bytes: Uint8Array;
  /** How many bytes come before it. */
  readonly depths: Uint16Array;
  /** The next beginning that does not go on from this one. */
  readonly ends: Uint32Array;
  /** Tokens in the order of their beginnings; those of beginning `i` end before `tokenEnds[i]`. */
  readonly tokens: Uint32Array;
  readonly tokenEnds: Uint32Array;
}

/**
 * `pieces`: the bytes of each token. Those of tokens that are no text (special ones) must be empty; these and the tokens
 * that end generation are not in the tree, nor are those that begin with a zero byte, which llama.cpp refuses as well.
 */
export function grammarVocabulary(
  pieces: Iterable<Uint8Array>,
  eogTokens: readonly TokenId[],
): GrammarVocabulary {
  const eog = new Set(eogTokens);
  const list = [...pieces];
  const tokens = [...list.keys()].filter(id => list[id].length > 0 && list[id][0] !== 0 && !eog.has(id));
  return { pieces: list, eogTokens, trie: trieOf(list, tokens) };
}

function trieOf(pieces: readonly Uint8Array[], unordered: readonly TokenId[]): VocabularyTrie {
  const tokens = Uint32Array.from(unordered).sort((a, b) => compare(pieces[a], pieces[b]));
  const bytes: number[] = [];
  const depths: number[] = [];
  const ends: number[] = [];
  const tokenEnds: number[] = [];
  /** The beginnings of the token before, from one byte on. */
  const open: number[] = [];
  const close = (depth: number) => {
    for (const beginning of open.splice(depth)) ends[beginning] = bytes.length;
  };
  let before: Uint8Array = new Uint8Array();
  for (const [i, token] of tokens.entries()) {
    const piece = pieces[token];
    close(nShared(before, piece));
    for (let depth = open.length; depth < piece.length; depth++) {
      open.push(bytes.length);
      bytes.push(piece[depth]);
      depths.push(depth);
      ends.push(0);
      tokenEnds.push(i);
    }
    tokenEnds[tokenEnds.length - 1] = i + 1;
    before = piece;
  }
  close(0);
  return {
    bytes: Uint8Array.from(bytes),
    depths: Uint16Array.from(depths),
    ends: Uint32Array.from(ends),
    tokens,
    tokenEnds: Uint32Array.from(tokenEnds),
  };
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const shared = nShared(a, b);
  // No byte comes before every byte.
  return (a[shared] ?? -1) - (b[shared] ?? -1);
}

/** How many bytes `a` and `b` both begin with. */
function nShared(a: Uint8Array, b: Uint8Array): number {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return n;
}
