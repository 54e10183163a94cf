/** What one piece of text made visible. */
export interface StopResult {
  /** Text that no stop string can claim any more. */
  readonly text: string;
  /** The stop string found; it and everything after it are gone. */
  readonly stop: string | null;
}

/**
 * Finds stop strings in text that arrives in pieces. Text that could still turn out to begin a stop string is held back,
 * so the concatenation of what `push` returns is always final: stream it or collect it.
 */
export class StopMatcher {
  readonly #stops: readonly string[];
  /** Most characters that can begin a stop string without being one. */
  readonly #heldMax: number;
  #held = '';
  #isStopped = false;

  /** Empty stop strings are ignored. */
  constructor(stops: readonly string[]) {
    this.#stops = stops.filter(stop => stop !== '');
    this.#heldMax = this.#stops.reduce((max, stop) => Math.max(max, stop.length - 1), 0);
  }

  /** Adds whole characters. The match that begins earliest wins, then the first listed; nothing comes after it. */
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

  /** The text held back, once no more will come. */
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

  /** Where the longest end of `text` that begins a stop string starts; its length when there is none. */
  #startOfPartialMatch(text: string): number {
    for (let at = Math.max(0, text.length - this.#heldMax); at < text.length; at++) {
      const end = text.slice(at);
      if (this.#stops.some(stop => stop.startsWith(end))) return at;
    }
    return text.length;
  }
}
