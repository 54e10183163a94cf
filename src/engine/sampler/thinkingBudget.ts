import type { Candidates, OutputKind, TokenId } from '../../forward/forward.ts';
import type { Sampler } from './chain.ts';

export interface ThinkingBudgetOptions {
  /** What thoughts begin and end with. */
  readonly start: readonly TokenId[];
  readonly end: readonly TokenId[];
  /** What is said in place of more thoughts; ends with `end`. */
  readonly forced: readonly TokenId[];
  /** Most tokens of thoughts. */
  readonly budget: number;
  /** Whether the text begins within thoughts. */
  readonly isOpen: boolean;
  /** Takes the next token of the text; whether it ends within a character, where thoughts do not end. */
  readonly endsWithinCharacter: (token: TokenId) => boolean;
}

type State =
  | { readonly kind: 'outside' }
  | { readonly kind: 'thinking'; readonly nTokens: number }
  /** The next token is number `at` of the forced ones. */
  | { readonly kind: 'ending'; readonly at: number };

/** A chain that may think for so long, and then has to say that it has done so. Each thinking has the whole budget. */
export class ThinkingBudget implements Sampler {
  readonly #chain: Sampler;
  readonly #options: ThinkingBudgetOptions;
  /** The last tokens of the text, as many as a tag may have. */
  readonly #last: TokenId[] = [];
  #state: State;
  #isSampled = false;

  constructor(chain: Sampler, options: ThinkingBudgetOptions) {
    this.#chain = chain;
    this.#options = options;
    this.#state = options.isOpen ? this.#thinking(0) : { kind: 'outside' };
  }

  get needs(): OutputKind {
    return this.#chain.needs;
  }

  accept(token: TokenId, advancesGrammar = true): void {
    this.#chain.accept(token, advancesGrammar);
    if (this.#isSampled) this.#follow(token);
    this.#isSampled = false;
  }

  sample(candidates: Candidates): TokenId {
    this.#isSampled = true;
    // The chain draws in any case: the random numbers behind the thoughts do not depend on how they ended.
    const token = this.#chain.sample(candidates);
    return this.#state.kind === 'ending' ? this.#options.forced[this.#state.at] : token;
  }

  survivors(): ReturnType<Sampler['survivors']> {
    return this.#chain.survivors();
  }

  countAllowed(draft: readonly TokenId[]): number {
    return this.#chain.countAllowed?.(draft) ?? draft.length;
  }

  /** Ends the thoughts, if there are any at the moment. */
  endThinking(): void {
    if (this.#state.kind === 'thinking') this.#state = this.#ending();
  }

  #follow(token: TokenId): void {
    const { start, end, forced, endsWithinCharacter } = this.#options;
    const isWithinCharacter = endsWithinCharacter(token);
    this.#last.push(token);
    this.#last.splice(0, this.#last.length - Math.max(start.length, end.length));
    switch (this.#state.kind) {
      case 'outside':
        if (this.#endsWith(start)) this.#state = this.#thinking(0);
        return;
      case 'thinking': {
        const nTokens = this.#state.nTokens + 1;
        if (this.#endsWith(end)) this.#state = { kind: 'outside' };
        else this.#state = isWithinCharacter ? { kind: 'thinking', nTokens } : this.#thinking(nTokens);
        return;
      }
      case 'ending': {
        const at = this.#state.at + 1;
        this.#state = at < forced.length ? { kind: 'ending', at } : { kind: 'outside' };
      }
    }
  }

  #thinking(nTokens: number): State {
    return nTokens < this.#options.budget ? { kind: 'thinking', nTokens } : this.#ending();
  }

  #ending(): State {
    return this.#options.forced.length > 0 ? { kind: 'ending', at: 0 } : { kind: 'outside' };
  }

  #endsWith(tag: readonly TokenId[]): boolean {
    const from = this.#last.length - tag.length;
    return tag.length > 0 && from >= 0 && tag.every((token, i) => this.#last[from + i] === token);
  }
}
