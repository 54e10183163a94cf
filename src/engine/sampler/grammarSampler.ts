import type { Candidates, OutputKind, TokenId } from '../../forward/forward.ts';
import type { GrammarMatcher } from '../grammar/matcher.ts';
import type { GrammarTrigger } from '../grammar/trigger.ts';
import type { Sampler } from './chain.ts';

/**
 * Chain whose tokens must fit a grammar, in llama.cpp's order. The chain chooses first. Only if the grammar refuses that token
 * does the chain choose again, among the allowed tokens; the second choice takes a second draw. So a first choice that fits is
 * the same as without a grammar. With a trigger, the grammar applies from the position that the trigger finds.
 */
export class GrammarSampler implements Sampler {
  /**
   * The second choice may fall on any token of the vocabulary, and only the first choice shows whether a second one is needed.
   * The first choice does not depend on the output kind.
   */
  readonly needs: OutputKind = 'logits';
  readonly #chain: Sampler;
  readonly #matcher: GrammarMatcher;
  readonly #eogToken: TokenId | undefined;
  /** Null once the grammar applies. */
  #trigger: GrammarTrigger | null;
  /** Whether the next accepted token was sampled; prompt tokens do not advance the grammar. */
  #isSampled = false;

  /** `eogToken`: ends the text where the chain can choose no token that the grammar allows. */
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
    // If the grammar refuses these bytes, the trigger was a false start.
    if (bytes !== null && this.#matcher.acceptBytes(bytes)) this.#trigger = null;
  }

  #sampleAllowed({ ids, logits }: Candidates): TokenId {
    const masked = new Float32Array(logits.length).fill(Number.NEGATIVE_INFINITY);
    for (const allowed of this.#matcher.allowedTokens()) {
      if (allowed < masked.length) masked[allowed] = logits[allowed];
    }
    const token = this.#chain.sample({ ids, logits: masked });
    if (this.#matcher.isAllowed(token)) return token;
    // No token is left, e.g. when the text is complete and the request bans its end.
    return this.#eogToken ?? token;
  }
}
