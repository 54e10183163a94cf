import type { DraftKind } from '../../forward/drafting.ts';
import type { TokenId } from '../../forward/forward.ts';
import type { DraftRequest, DraftSource } from '../draftSource.ts';
import type { Sequence } from '../sequence.ts';

/** Predicts the continuation of one text from earlier occurrences, in it or in other texts. */
export interface Lookup {
  /**
   * Returns at most `nMax` tokens that may follow `tokens`, which extend those of the last call. Called once per round, so that
   * the tokens show how much of the last guess was accepted.
   */
  draft(tokens: readonly TokenId[], nMax: number): TokenId[];

  /** Whether there may be a draft after one more token. */
  mayDraftNext(tokens: readonly TokenId[]): boolean;
}

/** Drafts without a model: one look-up per slot. It restarts with every sequence and after a context shift. */
export class NgramDrafts implements DraftSource {
  readonly #kind: DraftKind;
  readonly #nMax: number;
  readonly #createLookup: () => Lookup;
  readonly #bySlot = new Map<number, { readonly sequence: Sequence; readonly lookup: Lookup }>();

  /** `kind` of the look-ups, and `nMax`, their longest draft. */
  constructor(kind: DraftKind, nMax: number, createLookup: () => Lookup) {
    this.#kind = kind;
    this.#nMax = nMax;
    this.#createLookup = createLookup;
  }

  longest(): number {
    return this.#nMax;
  }

  drafterOf(): DraftKind {
    return this.#kind;
  }

  async draft(requests: readonly DraftRequest[]): Promise<TokenId[][]> {
    return requests.map(({ sequence, nMax }) => this.#lookupOf(sequence).draft(sequence.tokens, nMax));
  }

  passes(requests: readonly DraftRequest[], nAhead: number): boolean {
    return (
      nAhead === 1 && !requests.some(({ sequence }) => this.#lookupOf(sequence).mayDraftNext(sequence.tokens))
    );
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
