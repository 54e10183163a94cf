/** Controls whether a run continues to the next job: it may be paused, hidden or stopped. */
export class Gate {
  readonly #stop = new AbortController();
  #isPaused = false;
  #isHidden = false;
  #wasHidden = false;
  #opened: (() => void) | null = null;

  /** Aborts when the run is to end. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  get isOpen(): boolean {
    return this.stopped.aborted || !(this.#isPaused || this.#isHidden);
  }

  get isHidden(): boolean {
    return this.#isHidden;
  }

  /** Whether the tab was hidden since the last call. */
  takeHidden(): boolean {
    const was = this.#wasHidden;
    this.#wasHidden = this.#isHidden;
    return was;
  }

  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#changed();
  }

  setHidden(isHidden: boolean): void {
    this.#isHidden = isHidden;
    this.#wasHidden ||= isHidden;
    this.#changed();
  }

  stop(): void {
    this.#stop.abort();
    this.#changed();
  }

  /** Resolves when the gate is open. */
  async pass(): Promise<void> {
    while (!this.isOpen) {
      await new Promise<void>(resolve => {
        this.#opened = resolve;
      });
    }
  }

  #changed(): void {
    if (this.isOpen) this.#opened?.();
  }
}
