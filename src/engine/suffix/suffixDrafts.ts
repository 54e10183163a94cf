import type { DraftKind } from '../../forward/drafting.ts';
import type { TokenId } from '../../forward/forward.ts';
import type { GainPacer } from '../adaptive/gainPacer.ts';
import type { DraftRequest, DraftSource } from '../draftSource.ts';
import type { Sequence, StepResult } from '../sequence.ts';
import { MatchOdds } from './matchOdds.ts';
import { SuffixText } from './suffixText.ts';
import { TokenLog } from './tokenLog.ts';

/** Most tokens of one text that are looked up in it. */
const MAX_TEXT = 2 ** 17;
/** Tokens of a prompt that are remembered with its answer, so that the same prompt finds it. */
const N_BEFORE = 16;

/** Text in a slot. */
interface SlotText {
  readonly sequence: Sequence;
  readonly text: SuffixText;
  /** Number of its tokens that need not be remembered, or are. */
  nRemembered: number;
}

export interface SuffixDraftsOptions {
  /** Longest draft. */
  readonly nMax: number;
  /** Earlier answers, to which those of this source are added. */
  readonly earlier: TokenLog;
  /** Chooses the lengths; null to draft whatever is found. */
  readonly pacer: GainPacer | null;
}

/**
 * Drafts without a model: the longest repetition decides, in the text or in earlier answers of the server, and its length and the
 * expected gain decide about the length of the draft. The idea is that of SuffixDecoding (arXiv 2411.04975).
 */
export class SuffixDrafts implements DraftSource {
  readonly #options: SuffixDraftsOptions;
  readonly #odds = new MatchOdds();
  readonly #bySlot = new Map<number, SlotText>();
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
    const { nMax, pacer } = this.#options;
    this.#wasAsked = true;
    const guesses = requests.map(request =>
      this.#textOf(request.sequence).guess(request.sequence.tokens, Math.min(nMax, request.nMax)),
    );
    const lengths = pacer?.choose(guesses.map(({ chances }) => chances));
    return guesses.map(({ tokens }, i) => {
      const draft = tokens.slice(0, lengths?.[i]);
      if (draft.length > 0) this.#drafted.add(requests[i].sequence);
      return draft;
    });
  }

  passes(requests: readonly DraftRequest[], nAhead: number): boolean {
    const { nMax, pacer } = this.#options;
    if (pacer === null) return false;
    this.#isAheadPossible = true;
    const drafts = requests.map(
      request =>
        this.#textOf(request.sequence).guess(request.sequence.tokens, nAhead + Math.min(nMax, request.nMax))
          .chances,
    );
    return !pacer.waits(drafts, nAhead);
  }

  stepped(results: readonly StepResult[], ms: number): void {
    // Rounds with a prompt, or with drafts of another source, are no measure of this source.
    const isOwn = results.every(
      ({ sequence, nPrompt, draft }) => nPrompt === 0 && (draft.length === 0 || this.#drafted.has(sequence)),
    );
    const nDrafted = results.reduce((total, { draft }) => total + draft.length, 0);
    if (isOwn) {
      this.#options.pacer?.record({
        nSequences: results.length,
        nDrafted,
        nTokens: results.reduce((total, { sampled }) => total + sampled.length, 0),
        ms,
        waited: this.#wasAsked && this.#isAheadPossible && nDrafted === 0,
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
    this.#remember(slot);
    this.#bySlot.delete(slot);
  }

  copy(): void {
    // A text is read when its first draft is wanted.
  }

  #textOf(sequence: Sequence): SuffixText {
    const known = this.#bySlot.get(sequence.slot);
    if (known?.sequence === sequence) return known.text;
    // The other slots' answers, as far as they are, may help this one.
    for (const slot of this.#bySlot.keys()) this.#remember(slot);
    const text = new SuffixText(new TokenLog(MAX_TEXT), this.#options.earlier, this.#odds);
    this.#bySlot.set(sequence.slot, { sequence, text, nRemembered: sequence.tokens.length });
    return text;
  }

  /** Adds the end of an answer to the earlier ones. */
  #remember(slot: number): void {
    const known = this.#bySlot.get(slot);
    if (known === undefined || known.sequence.tokens.length <= known.nRemembered) return;
    const { earlier } = this.#options;
    const { tokens } = known.sequence;
    earlier.break();
    for (let i = Math.max(0, known.nRemembered - N_BEFORE); i < tokens.length; i++) earlier.append(tokens[i]);
    known.nRemembered = tokens.length;
  }
}
