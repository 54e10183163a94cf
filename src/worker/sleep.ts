import type { ForetokenError } from '../util/errors.ts';
import type { Composition } from './api.ts';

/** A composition that tells how long it has had nothing to do. */
export interface Idler extends Composition {
  /** When its last task ended, in milliseconds of `performance.now()`; null while there is one. */
  idleSince(): number | null;
}

/** What a composition that may sleep is given. */
export interface Sleep {
  /** Whether its models are gone: what needs them is for `wake`. */
  isSleeping(): boolean;
  /** Answers with models that are there again. */
  wake(request: Request): Promise<Response>;
}

/**
 * A composition that frees its models after `idleMs` without a task, and is composed again for the request that needs
 * them. Requests that need none (`/health`, `/props`, `/metrics`) are answered by the one that was closed.
 */
export class Sleeper implements Composition {
  readonly lost: Promise<ForetokenError>;
  readonly #compose: (sleep: Sleep) => Promise<Idler>;
  readonly #idleMs: number;
  #current: Idler;
  #isSleeping = false;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Falling asleep and waking up, one after the other; never rejects. */
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

  /** Goes to sleep when it has been idle for long enough by then, else looks again when that may be. */
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
    // Whatever does not let itself be freed is gone with the device.
    await this.#current.close().catch(() => {});
  }

  async #wakeUp(): Promise<void> {
    if (!this.#isSleeping || this.#isClosed) return;
    const composition = await this.#compose(this);
    if (this.#isClosed) await composition.close();
    else this.#awake(composition);
  }
}
