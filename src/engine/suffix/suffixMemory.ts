import type { TokenId } from '../../forward/forward.ts';
import type { Sequence } from '../sequence.ts';
import { MatchOdds } from './matchOdds.ts';
import { type Guess, SuffixText } from './suffixText.ts';
import { BREAK, TokenLog } from './tokenLog.ts';

/** Most tokens of one text that are looked up in it. */
const MAX_TEXT = 2 ** 17;
/** Tokens of a prompt that are remembered with its answer, so that the same prompt finds it. */
const N_BEFORE = 16;

/** Content of a memory, for the next server. */
export interface Learned {
  /** Tokens of answers, the oldest first, with `BREAK` between two texts. */
  readonly tokens: Int32Array;
  /** Counts of `MatchOdds`. */
  readonly counts: Float64Array;
}

/** Text in a slot. */
interface SlotText {
  readonly sequence: Sequence;
  readonly text: SuffixText;
  /** Number of its tokens that need not be remembered, or are. */
  nRemembered: number;
}

/** The texts in the slots of a server, its earlier answers, and the odds that it learned from them. */
export class SuffixMemory {
  readonly #limit: number;
  readonly #earlier: TokenLog;
  readonly #odds: MatchOdds;
  readonly #bySlot = new Map<number, SlotText>();

  /** `limit`: tokens of earlier answers to remember, as for `TokenLog`. `learned`: what an earlier memory learned, checked. */
  constructor(limit: number, learned: Learned | null = null) {
    this.#limit = limit;
    this.#earlier = new TokenLog(limit);
    this.#odds = new MatchOdds(learned?.counts);
    for (const token of learned?.tokens ?? []) {
      if (token === BREAK) this.#earlier.break();
      else this.#earlier.append(token);
    }
  }

  /** Guesses at most `nMax` tokens behind the last one of `sequence`. */
  guess(sequence: Sequence, nMax: number): Guess {
    return this.#textOf(sequence).guess(sequence.tokens, nMax);
  }

  /** Keeps the answer of `slot` before the slot's positions change. */
  leave(slot: number): void {
    this.#remember(slot);
    this.#bySlot.delete(slot);
  }

  /** Grows with every token of an answer. */
  get nLearned(): number {
    const texts = [...this.#bySlot.values()];
    return texts.reduce((total, text) => total + nNew(text), this.#earlier.end);
  }

  /** Copies what was learned. It includes the answers that are still being written, as far as they are. */
  learned(): Learned {
    const earlier = this.#earlier.toArray();
    const unfinished = [...this.#bySlot.values()].flatMap(text => {
      const tokens = newTokens(text);
      return tokens.length === 0 ? [] : [BREAK, ...tokens];
    });
    const tokens = new Int32Array(earlier.length + unfinished.length);
    tokens.set(earlier);
    tokens.set(unfinished, earlier.length);
    return { tokens: tokens.subarray(-this.#limit), counts: this.#odds.toArray() };
  }

  #textOf(sequence: Sequence): SuffixText {
    const known = this.#bySlot.get(sequence.slot);
    if (known?.sequence === sequence) return known.text;
    // The other slots' answers, as far as they are, may help this one.
    for (const slot of this.#bySlot.keys()) this.#remember(slot);
    const text = new SuffixText(new TokenLog(MAX_TEXT), this.#earlier, this.#odds);
    this.#bySlot.set(sequence.slot, { sequence, text, nRemembered: sequence.tokens.length });
    return text;
  }

  /** Adds the end of an answer to the earlier ones. */
  #remember(slot: number): void {
    const known = this.#bySlot.get(slot);
    if (known === undefined || nNew(known) === 0) return;
    this.#earlier.break();
    for (const token of newTokens(known)) this.#earlier.append(token);
    known.nRemembered = known.sequence.tokens.length;
  }
}

/** Number of tokens that are not remembered yet. */
function nNew({ sequence, nRemembered }: SlotText): number {
  return Math.max(0, sequence.tokens.length - nRemembered);
}

/** These tokens with those before them; empty where nothing is new. */
function newTokens(text: SlotText): readonly TokenId[] {
  return nNew(text) === 0 ? [] : text.sequence.tokens.slice(Math.max(0, text.nRemembered - N_BEFORE));
}
