import { ForetokenError } from '../util/errors.ts';
import type { StoreHost } from './host.ts';
import { RangesUnusable, SourceChanged } from './request.ts';

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** Failures in a row, without a byte in between, that end a download: a minute without a network. */
const MAX_FAILURES = 8;

/** Growing pauses between attempts that fail. */
export class Retries {
  readonly #pause: StoreHost['pause'];
  readonly #signal: AbortSignal;
  readonly #giveUp: (error: unknown) => ForetokenError;
  readonly #maxFailures: number;
  #failures = 0;

  constructor(
    pause: StoreHost['pause'],
    signal: AbortSignal,
    /** Error for the last failure. */
    giveUp: (error: unknown) => ForetokenError,
    maxFailures = MAX_FAILURES,
  ) {
    this.#maxFailures = maxFailures;
    this.#pause = pause;
    this.#signal = signal;
    this.#giveUp = giveUp;
  }

  progressed(): void {
    this.#failures = 0;
  }

  /** Resolves when it is time for another attempt. Throws if none would help, and after too many. */
  async failed(error: unknown): Promise<void> {
    this.#signal.throwIfAborted();
    const isFinal =
      error instanceof ForetokenError ||
      error instanceof SourceChanged ||
      error instanceof RangesUnusable ||
      isQuotaExceeded(error);
    if (isFinal) throw error;
    this.#failures++;
    if (this.#failures >= this.#maxFailures) throw this.#giveUp(error);
    await this.#pause(Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), MAX_PAUSE_MS), this.#signal);
  }
}

/** Whether the browser refused to keep more. */
export function isQuotaExceeded(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}
