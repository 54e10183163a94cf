/** Work that runs once at a time, and can be stopped. */
export class OneRun {
  #running: AbortController | null = null;

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Runs `work` unless other work runs. Rejects as `work` does. */
  async start(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#running) return;
    const running = new AbortController();
    this.#running = running;
    try {
      await work(running.signal);
    } finally {
      this.#running = null;
    }
  }

  /** Aborts the signal of the work that runs. */
  stop(): void {
    this.#running?.abort();
  }
}
