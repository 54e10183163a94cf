import { MAX_STEPS_AHEAD } from '../forward/forward.ts';
import type { Sequence } from './sequence.ts';

/** Decides how far the GPU works ahead of the CPU. Its answers change when a token arrives, never which one. */
export interface AheadPolicy {
  /** Most greedy steps to submit behind the one that is being read, 1…MAX_STEPS_AHEAD. */
  depth(): number;
  /** Whether to submit a step for the likeliest tokens of `sequences`, whose samplers may choose others. */
  guesses(sequences: readonly Sequence[]): boolean;
  /** Whether to submit a round of speculation before the last one is read. */
  followsRounds(): boolean;
  /** Called after a step whose likeliest tokens were not certain to be chosen, for each sequence. */
  chose?(sequence: Sequence, isLikeliest: boolean): void;
  /** Called with the milliseconds from the submission of a step behind no other to its results, and of choosing the tokens. */
  stepped?(readMs: number, chooseMs: number): void;
}

/** Policy of adapters on which the GPU's work competes with the CPU's: only an answer's end discards a step. */
export const ONE_STEP_AHEAD: AheadPolicy = {
  depth: () => 1,
  guesses: () => false,
  followsRounds: () => false,
};

/** Weight of the newest value in the running averages. */
const NEWEST = 0.125;
/** Share of likeliest tokens before any was sampled. */
const USUAL_AGREEMENT = 0.6;
/** Guesses that agree less often only cost energy. */
const LEAST_AGREEMENT = 0.25;
/** Factor by which what a guess gains must exceed what it loses. */
const MARGIN = 1.25;

/**
 * Policy of GPUs. While the CPU waits, the GPU idles: for `latencyMs` until the results arrive, and while tokens are chosen. With
 * d steps submitted behind the one being read, that idle time is spread over d + 1 steps.
 */
export class MeasuredPolicy implements AheadPolicy {
  readonly #latencyMs: number;
  /** Usual milliseconds that the GPU takes for a step, and that the CPU takes to choose its tokens. */
  #gpuMs: number | null = null;
  #chooseMs = 0;
  readonly #agreement = new WeakMap<Sequence, number>();

  /** `latencyMs`: milliseconds from the submission of almost no work to its results. */
  constructor(latencyMs: number) {
    this.#latencyMs = latencyMs;
  }

  depth(): number {
    if (this.#gpuMs === null) return 1;
    return Math.min(MAX_STEPS_AHEAD, Math.max(1, Math.ceil(this.#idleMs / this.#gpuMs)));
  }

  guesses(sequences: readonly Sequence[]): boolean {
    const gpuMs = this.#gpuMs;
    if (gpuMs === null) return false;
    const agreed = sequences.reduce((p, sequence) => p * this.#agreementOf(sequence), 1);
    const period = this.#idleMs + gpuMs;
    const gained = period - Math.max(gpuMs, period / 2);
    // The right step waits until the wrong one is done.
    const lost = Math.max(0, gpuMs - this.#idleMs);
    return agreed >= LEAST_AGREEMENT && agreed * gained > MARGIN * (1 - agreed) * lost;
  }

  followsRounds(): boolean {
    return true;
  }

  chose(sequence: Sequence, isLikeliest: boolean): void {
    this.#agreement.set(sequence, mixed(this.#agreementOf(sequence), isLikeliest ? 1 : 0));
  }

  stepped(readMs: number, chooseMs: number): void {
    const gpuMs = Math.max(0.01, readMs - this.#latencyMs);
    // Delays only lengthen a step, the first one most of all: drivers compile then. So a shorter one counts at once.
    this.#gpuMs = this.#gpuMs === null ? gpuMs : Math.min(gpuMs, mixed(this.#gpuMs, gpuMs));
    this.#chooseMs = mixed(this.#chooseMs, chooseMs);
  }

  /** Milliseconds that the GPU idles between two steps. */
  get #idleMs(): number {
    return this.#latencyMs + this.#chooseMs;
  }

  #agreementOf(sequence: Sequence): number {
    return this.#agreement.get(sequence) ?? USUAL_AGREEMENT;
  }
}

function mixed(before: number, newest: number): number {
  return before + NEWEST * (newest - before);
}
