import type { TokenId } from '../../forward/forward.ts';
import type { DraftRequest, DraftSource } from '../draftSource.ts';
import type { Sequence } from '../sequence.ts';

/** Guesses how one text goes on from what it, or another, said before. */
export interface Lookup {
  /**
   * At most `nMax` tokens that may follow `tokens`, which are those of the last call with more behind them. Called once
   * per round, so that what became of the last guess can be seen in them.
   */
  draft(tokens: readonly TokenId[], nMax: number): TokenId[];
}

/** Drafts without a model: a look-up per slot, which begins anew with every sequence and after a context shift. */
export class NgramDrafts implements DraftSource {
  readonly #nMax: number;
  readonly #createLookup: () => Lookup;
  readonly #bySlot = new Map<number, { readonly sequence: Sequence; readonly lookup: Lookup }>();

  /** `nMax`: longest draft of a look-up. */
  constructor(nMax: number, createLookup: () => Lookup) {
    this.#nMax = nMax;
    this.#createLookup = createLookup;
  }

  longest(): number {
    return this.#nMax;
  }

  async draft(requests: readonly DraftRequest[]): Promise<TokenId[][]> {
    return requests.map(({ sequence, nMax }) => this.#lookupOf(sequence).draft(sequence.tokens, nMax));
  }

  async follow(): Promise<void> {
    // A text is read when its first draft is wanted.
  }

  shift(slot: number): void {
    this.#bySlot.delete(slot);
  }

  copy(): void {
    // A text is read when its first draft is wanted.
  }

  #lookupOf(sequence: Sequence): Lookup {
    const known = this.#bySlot.get(sequence.slot);
    if (known?.sequence === sequence) return known.lookup;
    const lookup = this.#createLookup();
    this.#bySlot.set(sequence.slot, { sequence, lookup });
    return lookup;
  }
}
