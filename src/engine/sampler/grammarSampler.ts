import type { Candidates, OutputKind, TokenId } from '../../forward/forward.ts';
import type { GrammarMatcher } from '../grammar/matcher.ts';
import type { GrammarTrigger } from '../grammar/trigger.ts';
import type { Sampler } from './chain.ts';

/**
 * A chain whose tokens have to fit a grammar, in llama.cpp's order: the chain chooses first, and only when the grammar
 * refuses its token does it choose again, among the allowed ones alone. The first choice stays the one without a grammar
 * wherever it fits; a second one takes a second draw. With a trigger the grammar holds from the place that it finds.
 */
export class GrammarSampler implements Sampler {
  /**
   * The second choice may fall on any token of the vocabulary, and whether there will be one is known only after the
   * first. The first is the same whatever more the chain is shown.
   */
  readonly needs: OutputKind = 'logits';
  readonly #chain: Sampler;
  readonly #matcher: GrammarMatcher;
  readonly #eogToken: TokenId | undefined;
  /** Null from where the grammar holds. */
  #trigger: GrammarTrigger | null;
  /** Whether the next token to be accepted is one that was sampled: those of the prompt are not the grammar's concern. */
  #isSampled = false;

  /** `eogToken`: ends the text where the chain can choose nothing that the grammar allows. */
  constructor(
    chain: Sampler,
    matcher: GrammarMatcher,
    eogToken: TokenId | undefined,
    trigger: GrammarTrigger | null = null,
  ) {
    this.#chain = chain;
    this.#matcher = matcher;
    this.#eogToken = eogToken;
    this.#trigger = trigger;
  }

  accept(token: TokenId, advancesGrammar = true): void {
    this.#chain.accept(token);
    if (this.#isSampled && advancesGrammar) this.#follow(token);
    this.#isSampled = false;
  }

  sample(candidates: Candidates): TokenId {
    this.#isSampled = true;
    const token = this.#chain.sample(candidates);
    if (this.#trigger !== null) return token;
    return this.#matcher.isAllowed(token) ? token : this.#sampleAllowed(candidates);
  }

  survivors(): ReturnType<Sampler['survivors']> {
    return this.#chain.survivors();
  }

  countAllowed(draft: readonly TokenId[]): number {
    return this.#trigger === null ? this.#matcher.countAllowed(draft) : draft.length;
  }

  #follow(token: TokenId): void {
    if (this.#trigger === null) {
      this.#matcher.accept(token);
      return;
    }
    const bytes = this.#trigger.push(this.#matcher.piece(token));
    // What the grammar cannot begin with was not its beginning.
    if (bytes !== null && this.#matcher.acceptBytes(bytes)) this.#trigger = null;
  }

  #sampleAllowed({ ids, logits }: Candidates): TokenId {
    const masked = new Float32Array(logits.length).fill(Number.NEGATIVE_INFINITY);
    for (const allowed of this.#matcher.allowedTokens()) {
      if (allowed < masked.length) masked[allowed] = logits[allowed];
    }
    const token = this.#chain.sample({ ids, logits: masked });
    if (this.#matcher.isAllowed(token)) return token;
    // Nothing is left, as when the text is complete and the request bans its end.
    return this.#eogToken ?? token;
  }
}
