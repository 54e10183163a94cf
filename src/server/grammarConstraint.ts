import { GrammarMatcher } from '../engine/grammar/matcher.ts';
import { parseGrammar } from '../engine/grammar/parse.ts';
import { type GrammarVocabulary, grammarVocabulary } from '../engine/grammar/vocabularyTrie.ts';
import type { Sampler } from '../engine/sampler/chain.ts';
import { GrammarSampler } from '../engine/sampler/grammarSampler.ts';
import type { Tokenizer } from '../tokenizer/index.ts';

/**
 * Puts a sampler chain under a grammar in GBNF; '' leaves it as it is. The vocabulary is looked through for the first
 * grammar and kept for the others. Throws `invalid_request` for a grammar that cannot be used.
 */
export function grammarConstraint(tokenizer: Tokenizer): (chain: Sampler, grammar: string) => Sampler {
  let vocabulary: GrammarVocabulary | null = null;
  return (chain, grammar) => {
    if (grammar === '') return chain;
    const parsed = parseGrammar(grammar);
    vocabulary ??= grammarVocabulary(textPieces(tokenizer), tokenizer.eogTokens);
    const [eogToken] = tokenizer.eogTokens;
    return new GrammarSampler(chain, new GrammarMatcher(parsed, vocabulary), eogToken);
  };
}

/** The bytes that each token adds to a text; special tokens add none. */
function* textPieces(tokenizer: Tokenizer): Iterable<Uint8Array> {
  for (let token = 0; token < tokenizer.nVocab; token++) yield tokenizer.piece(token, false);
}
