import { GrammarMatcher } from '../../engine/grammar/matcher.ts';
import { parseGrammar } from '../../engine/grammar/parse.ts';
import { type FindStart, GrammarTrigger } from '../../engine/grammar/trigger.ts';
import { type GrammarVocabulary, grammarVocabulary } from '../../engine/grammar/vocabularyTrie.ts';
import type { Sampler } from '../../engine/sampler/chain.ts';
import { GrammarSampler } from '../../engine/sampler/grammarSampler.ts';
import type { TokenId } from '../../forward/forward.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';

/** A grammar, and from where in a text it holds. */
export interface Constraint {
  /** In GBNF; '' for none. */
  readonly grammar: string;
  /** Null: from the beginning. */
  readonly findStart: FindStart | null;
  /** Whether the text may do without it; then these are the words that it begins with. */
  readonly isLazy: boolean;
  readonly words: readonly string[];
}

/**
 * Puts a sampler chain under a grammar. `preserved`: special tokens that are text here. A vocabulary is looked through
 * for the first grammar and kept for the others. Throws `invalid_request` for a grammar that cannot be used.
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

/** The bytes that each token adds to a text; special tokens add none, unless they are preserved. */
function* textPieces(tokenizer: Tokenizer, preserved: readonly TokenId[]): Iterable<Uint8Array> {
  const shown = new Set(preserved);
  for (let token = 0; token < tokenizer.nVocab; token++) yield tokenizer.piece(token, shown.has(token));
}
