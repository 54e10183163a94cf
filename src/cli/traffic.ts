import type { ServerResponse } from 'node:http';

/** Requests for the engine that have begun to arrive and whose responses have not ended. */
export class Traffic {
  readonly #open = new Set<ServerResponse>();
  #isDraining = false;
  #idle: () => void = () => {};

  /** Whether this server is about to end. It answers as before, but its health check sends new clients elsewhere. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Counts a request until its response has ended or its client has left. */
  add(response: ServerResponse): void {
    this.#open.add(response);
    // Close kept connections while draining: their next request is for another server.
    if (this.#isDraining) response.setHeader('Connection', 'close');
    response.once('close', () => {
      this.#open.delete(response);
      if (this.#open.size === 0) this.#idle();
    });
  }

  /**
   * Waits until no request is open, for `limitSeconds` at most or until `signal` aborts. Returns the number of requests that are
   * still open.
   */
  async drain(limitSeconds: number, signal: AbortSignal): Promise<number> {
    this.#isDraining = true;
    if (this.#open.size > 0 && limitSeconds > 0 && !signal.aborted) {
      await new Promise<void>(resolve => {
        const patience = setTimeout(resolve, 1000 * limitSeconds);
        this.#idle = () => {
          clearTimeout(patience);
          resolve();
        };
        signal.addEventListener('abort', this.#idle, { once: true });
      });
    }
    return this.#open.size;
  }

  /** Number of requests that are open. */
  get size(): number {
    return this.#open.size;
  }
}
