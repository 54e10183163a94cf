// Test vocabulary: every byte, and a few longer pieces.
import { GrammarMatcher } from './matcher.ts';
import { parseGrammar } from './parse.ts';
import { type GrammarVocabulary, grammarVocabulary } from './vocabularyTrie.ts';

/** End-of-generation token. */
export const EOG = 256;
/** Special token; has no text. */
export const SPECIAL = 257;
const PIECES = ['ab', 'abc', ' "', '":', 'é', 'aé', '日本', '{"', '}}', '123'];

export const vocabulary: GrammarVocabulary = testVocabulary();

function testVocabulary(): GrammarVocabulary {
  const encoder = new TextEncoder();
  const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
  const eog = encoder.encode('</s>');
  return grammarVocabulary(
    [...bytes, eog, new Uint8Array(), ...PIECES.map(piece => encoder.encode(piece))],
    [EOG],
  );
}

export function matcherOf(grammar: string): GrammarMatcher {
  return new GrammarMatcher(parseGrammar(grammar), vocabulary);
}

/** Feeds bytes while they are allowed. Returns true if all were. */
export function feed(matcher: GrammarMatcher, bytes: Iterable<number>): boolean {
  for (const byte of bytes) {
    if (!matcher.isAllowed(byte)) return false;
    matcher.accept(byte);
  }
  return true;
}

/** True if `grammar` derives exactly `text`. */
export function derives(grammar: string, text: string): boolean {
  const matcher = matcherOf(grammar);
  return feed(matcher, new TextEncoder().encode(text)) && matcher.canEnd;
}
