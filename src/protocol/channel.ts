/** Many exchanges over one channel of messages, told apart by ids. */
import { assertNever } from '../util/assert.ts';
import type { ForetokenError } from '../util/errors.ts';
import type { Exchange, ExchangeMessage, ExchangeRequest } from './exchange.ts';

/** Message of the side that asks. */
export type CallMessage =
  | ({ readonly kind: 'request'; readonly id: number } & ExchangeRequest)
  | { readonly kind: 'cancel'; readonly id: number };

/** Message of the side that answers. */
export type AnswerMessage = ExchangeMessage & { readonly id: number };

/** Side of a channel that asks. */
export interface Caller {
  readonly exchange: Exchange;
  /** Takes a message of the other side. */
  receive(message: AnswerMessage): void;
  /** Ends all exchanges with the error, and every later one at once. */
  end(error: ForetokenError): void;
}

/** Side of a channel that answers. */
export interface Answerer {
  /** Takes a message of the other side. */
  receive(message: CallMessage): void;
  /** Cancels all exchanges. */
  end(): void;
}

export function callOver(send: (message: CallMessage) => void): Caller {
  const pending = new Map<number, (message: ExchangeMessage) => void>();
  let ended: ForetokenError | null = null;
  let nextId = 0;

  function fail(id: number, error: ForetokenError): void {
    queueMicrotask(() => receive({ kind: 'error', id, error: error.toWire() }));
  }
  function receive(message: AnswerMessage): void {
    const deliver = pending.get(message.id);
    // Messages of a cancelled exchange may still arrive.
    if (!deliver) return;
    if (message.kind === 'end' || message.kind === 'error') pending.delete(message.id);
    deliver(message);
  }

  return {
    exchange(request, deliver) {
      const id = nextId++;
      pending.set(id, deliver);
      if (ended) fail(id, ended);
      else send({ ...request, kind: 'request', id });
      return () => {
        if (pending.delete(id) && !ended) send({ kind: 'cancel', id });
      };
    },
    receive,
    end(error) {
      ended ??= error;
      for (const id of pending.keys()) fail(id, error);
    },
  };
}

export function answerOver(exchange: Exchange, send: (message: AnswerMessage) => void): Answerer {
  const running = new Map<number, () => void>();

  function cancel(id: number): void {
    running.get(id)?.();
    running.delete(id);
  }

  return {
    receive(message) {
      const { id } = message;
      switch (message.kind) {
        case 'request':
          running.set(
            id,
            exchange(message, answer => {
              if (answer.kind === 'end' || answer.kind === 'error') running.delete(id);
              send({ ...answer, id });
            }),
          );
          break;
        case 'cancel':
          cancel(id);
          break;
        default:
          assertNever(message);
      }
    },
    end() {
      for (const id of running.keys()) cancel(id);
    },
  };
}

/** Calls over a port; `end` leaves it open. */
export function callOverPort(port: MessagePort): Caller {
  const caller = callOver(message => port.postMessage(message));
  port.onmessage = ({ data }: MessageEvent<AnswerMessage>) => caller.receive(data);
  return caller;
}

/** Answers what comes over a port. */
export function answerOverPort(exchange: Exchange, port: MessagePort): void {
  const answerer = answerOver(exchange, message => {
    if (message.kind !== 'chunk') {
      port.postMessage(message);
      return;
    }
    // Copy the chunk: cloning a view would clone the whole buffer behind it.
    const bytes = message.bytes.slice();
    port.postMessage({ ...message, bytes }, [bytes.buffer]);
  });
  port.onmessage = ({ data }: MessageEvent<CallMessage>) => answerer.receive(data);
}
