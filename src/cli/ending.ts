import type { EventEmitter } from 'node:events';

/** Wishes that this process may end. */
export interface Ending {
  /** Aborts when it has to end at once. */
  readonly stop: AbortSignal;
  /** Aborts when it should end, after what it has begun. */
  readonly leave: AbortSignal;
}

/**
 * Translates signals: the first SIGTERM, which service managers and orchestrators send, is a wish to leave. Ctrl-C, the end of the
 * terminal, and a second SIGTERM stop at once.
 */
export function endingOf(process: EventEmitter): Ending {
  const stop = new AbortController();
  const leave = new AbortController();
  // Keep the handlers: a terminal may send Ctrl-C more than once.
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => stop.abort());
  process.on('SIGTERM', () => (leave.signal.aborted ? stop : leave).abort());
  return { stop: stop.signal, leave: leave.signal };
}
