import type { ForetokenError } from '../util/errors.ts';
import type { Composition } from './api.ts';

/** Composition that reports how long it has been idle. */
export interface Idler extends Composition {
  /** End of its last task, in milliseconds of `performance.now()`; null while a task runs. */
  idleSince(): number | null;
}

/** Sleep state for a composition that may sleep. */
export interface Sleep {
  /** Whether the models are freed; requests that need them must call `wake`. */
  isSleeping(): boolean;
  /** Loads the models again and answers the request with them. */
  wake(request: Request): Promise<Response>;
}

/**
 * Frees the models of a composition after `idleMs` without a task, and composes it again for the next request that needs them.
 * While asleep, the closed composition still answers requests that need no model (`/health`, `/props`, `/metrics`).
 */
export class Sleeper implements Composition {
  readonly lost: Promise<ForetokenError>;
  readonly #compose: (sleep: Sleep) => Promise<Idler>;
  readonly #idleMs: number;
  #current: Idler;
  #isSleeping = false;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Serialises falling asleep and waking up; never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  #onLost: (error: ForetokenError) => void = () => {};

  static async create(compose: (sleep: Sleep) => Promise<Idler>, idleMs: number): Promise<Sleeper> {
    const sleeper: { current: Sleeper | null } = { current: null };
    const first = await compose({
      isSleeping: () => sleeper.current?.isSleeping() ?? false,
      wake: request => sleeper.current?.wake(request) ?? first.fetch(request),
    });
    sleeper.current = new Sleeper(compose, first, idleMs);
    return sleeper.current;
  }

  private constructor(compose: (sleep: Sleep) => Promise<Idler>, first: Idler, idleMs: number) {
    this.#compose = compose;
    this.#idleMs = idleMs;
    this.#current = first;
    this.lost = new Promise(resolve => {
      this.#onLost = resolve;
    });
    this.#awake(first);
  }

  get report() {
    return this.#current.report;
  }

  fetch(request: Request): Promise<Response> {
    return this.#current.fetch(request);
  }

  counters() {
    return this.#current.counters();
  }

  isSleeping(): boolean {
    return this.#isSleeping;
  }

  async wake(request: Request): Promise<Response> {
    const awake = this.#turn.then(() => this.#wakeUp());
    this.#turn = awake.catch(() => {});
    await awake;
    return this.#current.fetch(request);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#turn;
    if (!this.#isSleeping) await this.#current.close();
  }

  #awake(composition: Idler): void {
    this.#current = composition;
    this.#isSleeping = false;
    void composition.lost.then(this.#onLost);
    this.#checkAfter(this.#idleMs);
  }

  /**
   * Checks after `ms` milliseconds whether the composition was idle for long enough. If so it goes to sleep; otherwise it checks
   * again at the earliest possible time.
   */
  #checkAfter(ms: number): void {
    this.#timer = setTimeout(() => {
      const since = this.#current.idleSince();
      const rest = since === null ? this.#idleMs : since + this.#idleMs - performance.now();
      if (rest > 0) this.#checkAfter(rest);
      else this.#turn = this.#turn.then(() => this.#fallAsleep());
    }, ms);
  }

  async #fallAsleep(): Promise<void> {
    if (this.#isClosed) return;
    this.#isSleeping = true;
    // Buffers that could not be freed are freed with the device.
    await this.#current.close().catch(() => {});
  }

  async #wakeUp(): Promise<void> {
    if (!this.#isSleeping || this.#isClosed) return;
    const composition = await this.#compose(this);
    if (this.#isClosed) await composition.close();
    else this.#awake(composition);
  }
}
