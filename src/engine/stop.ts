/** Result of pushing one piece of text. */
export interface StopResult {
  /** Text that can no longer be part of a stop string. */
  readonly text: string;
  /** Stop string that was found; it and everything after it are dropped. */
  readonly stop: string | null;
}

/**
 * Finds stop strings in text that arrives in pieces. Text that may be the start of a stop string is held back, so everything that
 * `push` returns is final and can be streamed.
 */
export class StopMatcher {
  readonly #stops: readonly string[];
  /** Length of the longest proper prefix of a stop string. */
  readonly #heldMax: number;
  #held = '';
  #isStopped = false;

  /** Ignores empty stop strings. */
  constructor(stops: readonly string[]) {
    this.#stops = stops.filter(stop => stop !== '');
    this.#heldMax = this.#stops.reduce((max, stop) => Math.max(max, stop.length - 1), 0);
  }

  /** Adds whole characters. The earliest match wins, then the first in the list. After a match all text is dropped. */
  push(text: string): StopResult {
    if (this.#isStopped) return { text: '', stop: null };
    const pending = this.#held + text;
    const match = this.#earliestMatch(pending);
    if (match) {
      this.#isStopped = true;
      this.#held = '';
      return { text: pending.slice(0, match.at), stop: match.stop };
    }
    const end = this.#startOfPartialMatch(pending);
    this.#held = pending.slice(end);
    return { text: pending.slice(0, end), stop: null };
  }

  /** Returns the text held back, at the end of the input. */
  flush(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  #earliestMatch(text: string): { at: number; stop: string } | null {
    let earliest: { at: number; stop: string } | null = null;
    for (const stop of this.#stops) {
      const at = text.indexOf(stop);
      if (at >= 0 && (earliest === null || at < earliest.at)) earliest = { at, stop };
    }
    return earliest;
  }

  /** Start of the longest suffix of `text` that is a prefix of a stop string; `text.length` when there is none. */
  #startOfPartialMatch(text: string): number {
    for (let at = Math.max(0, text.length - this.#heldMax); at < text.length; at++) {
      const end = text.slice(at);
      if (this.#stops.some(stop => stop.startsWith(end))) return at;
    }
    return text.length;
  }
}
