/**
 * Empty submits while results are awaited. Some browsers notice finished work only at the next tick of a timer (Firefox every
 * 100 ms, Chrome every 2 ms on some systems) or at the next submit, so submitting nothing ends the wait.
 */
export class Kicks {
  /** Milliseconds between two empty submits; null for none. */
  everyMs: number | null = null;
  readonly #queue: Pick<GPUQueue, 'submit'>;
  #nPending = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(queue: Pick<GPUQueue, 'submit'>) {
    this.#queue = queue;
  }

  /** Submits nothing now and then until `work` is settled. */
  async until<T>(work: Promise<T>): Promise<T> {
    if (this.everyMs === null) return work;
    if (this.#nPending++ === 0) this.#timer = setInterval(() => this.#queue.submit([]), this.everyMs);
    try {
      return await work;
    } finally {
      if (--this.#nPending === 0) clearInterval(this.#timer);
    }
  }
}
