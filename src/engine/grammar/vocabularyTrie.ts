import type { TokenId } from '../../forward/forward.ts';

/** The bytes of a vocabulary's tokens as a tree, and which tokens end a text. Built once for all grammars. */
export interface GrammarVocabulary {
  readonly pieces: readonly Uint8Array[];
  readonly eogTokens: readonly TokenId[];
  readonly trie: TrieNode;
}

/** A beginning that tokens share: `tokens` have no byte more, the others go on with `byte` of a child. */
export interface TrieNode {
  readonly byte: number;
  readonly tokens: TokenId[];
  readonly children: TrieNode[];
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
  const trie: TrieNode = { byte: 0, tokens: [], children: [] };
  const list = [...pieces];
  for (const [token, piece] of list.entries()) {
    if (piece.length > 0 && piece[0] !== 0 && !eog.has(token)) insert(trie, piece, token);
  }
  return { pieces: list, eogTokens, trie };
}

function insert(root: TrieNode, piece: Uint8Array, token: TokenId): void {
  let node = root;
  for (const byte of piece) {
    let child = node.children.find(candidate => candidate.byte === byte);
    if (!child) {
      child = { byte, tokens: [], children: [] };
      node.children.push(child);
    }
    node = child;
  }
  node.tokens.push(token);
}
