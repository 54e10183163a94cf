import type { TokenId } from '../../forward/forward.ts';

/** Trie of a vocabulary's tokens, and its end-of-generation tokens. Built once for all grammars. */
export interface GrammarVocabulary {
  readonly pieces: readonly Uint8Array[];
  readonly eogTokens: readonly TokenId[];
  readonly trie: VocabularyTrie;
}

/**
 * Shared prefixes of tokens in depth-first order: each after its own prefix and before its extensions. A walk is a linear scan
 * that skips rejected subtrees.
 */
export interface VocabularyTrie {
  /** Last byte of each prefix. */
  readonly bytes: Uint8Array;
  /** Number of bytes before it. */
  readonly depths: Uint16Array;
  /** Index after the subtree of each prefix. */
  readonly ends: Uint32Array;
  /** Tokens in the order of their prefixes; those of prefix `i` end before `tokenEnds[i]`. */
  readonly tokens: Uint32Array;
  readonly tokenEnds: Uint32Array;
}

/**
 * Builds the trie. `pieces` holds the bytes of each token, empty for special tokens. The trie excludes empty pieces,
 * end-of-generation tokens, and pieces that begin with a zero byte, which llama.cpp rejects too.
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
  /** Prefixes of the previous token, from one byte on. */
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
  // A missing byte sorts before every byte.
  return (a[shared] ?? -1) - (b[shared] ?? -1);
}

/** Length of the common prefix of `a` and `b`. */
function nShared(a: Uint8Array, b: Uint8Array): number {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return n;
}
