import { GrammarMatcher } from '../../engine/grammar/matcher.ts';
import { parseGrammar } from '../../engine/grammar/parse.ts';
import { type FindStart, GrammarTrigger } from '../../engine/grammar/trigger.ts';
import { type GrammarVocabulary, grammarVocabulary } from '../../engine/grammar/vocabularyTrie.ts';
import type { Sampler } from '../../engine/sampler/chain.ts';
import { GrammarSampler } from '../../engine/sampler/grammarSampler.ts';
import type { TokenId } from '../../forward/forward.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';

/** Grammar of an answer and the place in the text where it starts. */
export interface Constraint {
  /** GBNF; '' for no grammar. */
  readonly grammar: string;
  /** Finds the start of the constrained text; null for the beginning. */
  readonly findStart: FindStart | null;
  /** True if the text need not contain the constrained part; these are the words that start it. */
  readonly isLazy: boolean;
  readonly words: readonly string[];
}

/**
 * Wraps a sampler chain in a grammar. `preserved` lists special tokens that count as text. The first grammar of a vocabulary
 * indexes it; later grammars reuse the index. Throws `invalid_request` for an unusable grammar.
 */
export function grammarConstraint(
  tokenizer: Tokenizer,
): (chain: Sampler, constraint: Constraint, preserved: readonly TokenId[]) => Sampler {
  const vocabularies = new Map<string, GrammarVocabulary>();
  const vocabularyOf = (preserved: readonly TokenId[]) => {
    const key = preserved.join();
    const vocabulary =
      vocabularies.get(key) ?? grammarVocabulary(textPieces(tokenizer, preserved), tokenizer.eogTokens);
    vocabularies.set(key, vocabulary);
    return vocabulary;
  };
  return (chain, { grammar, findStart }, preserved) => {
    if (grammar === '') return chain;
    const matcher = new GrammarMatcher(parseGrammar(grammar), vocabularyOf(preserved));
    const [eogToken] = tokenizer.eogTokens;
    return new GrammarSampler(chain, matcher, eogToken, findStart && new GrammarTrigger(findStart));
  };
}

/** Bytes that each token adds to a text; none for special tokens, unless they are preserved. */
function* textPieces(tokenizer: Tokenizer, preserved: readonly TokenId[]): Iterable<Uint8Array> {
  const shown = new Set(preserved);
  for (let token = 0; token < tokenizer.nVocab; token++) yield tokenizer.piece(token, shown.has(token));
}
