import type { Candidates, OutputKind, TokenId } from '../../forward/forward.ts';
import type { Sampler } from './chain.ts';

export interface ThinkingBudgetOptions {
  /** Tags that open and close a thinking section. */
  readonly start: readonly TokenId[];
  readonly end: readonly TokenId[];
  /** Tokens forced when the budget is spent; they end with `end`. */
  readonly forced: readonly TokenId[];
  /** Most tokens of a thinking section. */
  readonly budget: number;
  /** Whether the text begins inside a thinking section. */
  readonly isOpen: boolean;
  /** Takes the next token and tells whether the text now ends within a character; a thinking section does not end there. */
  readonly endsWithinCharacter: (token: TokenId) => boolean;
}

type State =
  | { readonly kind: 'outside' }
  | { readonly kind: 'thinking'; readonly nTokens: number }
  /** The next token is `forced[at]`. */
  | { readonly kind: 'ending'; readonly at: number };

/** Chain that limits the length of each thinking section: once the budget is spent, it forces the closing tokens. */
export class ThinkingBudget implements Sampler {
  readonly #chain: Sampler;
  readonly #options: ThinkingBudgetOptions;
  /** Last tokens of the text, as many as the longer tag has. */
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
    // The chain draws in any case, so that the random numbers after a thinking section do not depend on how it ended.
    const token = this.#chain.sample(candidates);
    return this.#state.kind === 'ending' ? this.#options.forced[this.#state.at] : token;
  }

  survivors(): ReturnType<Sampler['survivors']> {
    return this.#chain.survivors();
  }

  countAllowed(draft: readonly TokenId[]): number {
    return this.#chain.countAllowed?.(draft) ?? draft.length;
  }

  /** Ends the current thinking section, if there is one. */
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
