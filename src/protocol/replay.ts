import type { ForetokenError } from '../util/errors.ts';
import type { Exchange, ExchangeMessage, ExchangeRequest } from './exchange.ts';

/** Number of engines that a request may take down. */
const MAX_ATTEMPTS = 2;

interface Pending {
  readonly request: ExchangeRequest;
  readonly deliver: (message: ExchangeMessage) => void;
  /** Whether its client has received a part of the response. */
  started: boolean;
  /** Number of engines that received it. */
  attempts: number;
  /** Cancels it in the engine that has it. */
  cancel: () => void;
}

/**
 * Exchanges over an engine that may be lost and followed by another. Requests without an engine, or without a byte of a response
 * from the one that was lost, wait for the next one; the others end with an error.
 */
export class Replay {
  readonly #pending = new Set<Pending>();
  #engine: Exchange | null = null;
  #ended: ForetokenError | null = null;

  readonly exchange: Exchange = (request, deliver) => {
    const pending: Pending = { request, deliver, started: false, attempts: 0, cancel: () => {} };
    const ended = this.#ended;
    this.#pending.add(pending);
    if (ended) queueMicrotask(() => this.#fail(pending, ended));
    else this.#start(pending);
    return () => {
      if (this.#pending.delete(pending)) pending.cancel();
    };
  };

  /** Sends every waiting request to the engine, and later ones at once. */
  connect(engine: Exchange): void {
    this.#engine = engine;
    for (const pending of this.#pending) this.#start(pending);
  }

  /** Ends with the error what has begun, and what took down too many engines; the rest waits for the next engine. */
  disconnect(error: ForetokenError): void {
    this.#engine = null;
    for (const pending of this.#pending) {
      pending.cancel();
      if (pending.started || pending.attempts >= MAX_ATTEMPTS) this.#fail(pending, error);
    }
  }

  /** Ends all requests with the error. */
  drop(error: ForetokenError): void {
    for (const pending of this.#pending) {
      pending.cancel();
      this.#fail(pending, error);
    }
  }

  /** Ends all requests with the error, and every later one at once. */
  end(error: ForetokenError): void {
    this.#ended ??= error;
    this.drop(error);
  }

  #start(pending: Pending): void {
    if (!this.#engine) return;
    pending.attempts++;
    pending.cancel = this.#engine(pending.request, message => {
      pending.started = true;
      if (message.kind === 'end' || message.kind === 'error') this.#pending.delete(pending);
      pending.deliver(message);
    });
  }

  #fail(pending: Pending, error: ForetokenError): void {
    if (this.#pending.delete(pending)) pending.deliver({ kind: 'error', error: error.toWire() });
  }
}
