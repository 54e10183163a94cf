import type { DraftKind } from '../../forward/drafting.ts';
import type { TokenId } from '../../forward/forward.ts';
import type { GainPacer } from '../adaptive/gainPacer.ts';
import { ownRound } from '../adaptive/ownRound.ts';
import type { DraftRequest, DraftSource } from '../draftSource.ts';
import type { Sequence, StepResult } from '../sequence.ts';
import type { SuffixMemory } from './suffixMemory.ts';

export interface SuffixDraftsOptions {
  /** Longest draft. */
  readonly nMax: number;
  /** Texts to look up, to which those of this source are added. */
  readonly memory: SuffixMemory;
  /** Chooses the lengths; null to draft whatever is found. */
  readonly pacer: GainPacer | null;
}

/**
 * Drafts without a model: the longest repetition decides, in the text or in earlier answers of the server, and its length and the
 * expected gain decide about the length of the draft. The idea is that of SuffixDecoding (arXiv 2411.04975).
 */
export class SuffixDrafts implements DraftSource {
  readonly #options: SuffixDraftsOptions;
  /** Sequences that this source drafted for in the current step. */
  readonly #drafted = new Set<Sequence>();
  /** Whether the current step was not submitted ahead, since this source was asked for drafts, and whether the next one may be. */
  #wasAsked = false;
  #isAheadPossible = false;

  constructor(options: SuffixDraftsOptions) {
    this.#options = options;
  }

  longest(): number {
    return this.#options.nMax;
  }

  drafterOf(): DraftKind {
    return 'ngram-suffix';
  }

  async draft(requests: readonly DraftRequest[]): Promise<TokenId[][]> {
    const { nMax, memory, pacer } = this.#options;
    this.#wasAsked = true;
    const guesses = requests.map(request => memory.guess(request.sequence, Math.min(nMax, request.nMax)));
    const lengths = pacer?.choose(guesses.map(({ chances }) => chances));
    return guesses.map(({ tokens }, i) => {
      const draft = tokens.slice(0, lengths?.[i]);
      if (draft.length > 0) this.#drafted.add(requests[i].sequence);
      return draft;
    });
  }

  passes(requests: readonly DraftRequest[], nAhead: number): boolean {
    const { nMax, memory, pacer } = this.#options;
    if (pacer === null) return false;
    this.#isAheadPossible = true;
    const drafts = requests.map(
      request => memory.guess(request.sequence, nAhead + Math.min(nMax, request.nMax)).chances,
    );
    return !pacer.waits(drafts, nAhead);
  }

  stepped(results: readonly StepResult[], ms: number): void {
    const round = ownRound(results, this.#drafted, ms);
    if (round) {
      this.#options.pacer?.record({
        ...round,
        waited: this.#wasAsked && this.#isAheadPossible && round.nDrafted === 0,
      });
    }
    this.#drafted.clear();
    this.#wasAsked = false;
    this.#isAheadPossible = false;
  }

  async follow(): Promise<void> {
    // A text is read when its first draft is wanted.
  }

  shift(slot: number): void {
    this.#options.memory.leave(slot);
  }

  copy(): void {
    // A text is read when its first draft is wanted.
  }
}
