import { expose } from 'comlink';
import { answerOverPort } from '../protocol/channel.ts';
import type { ExchangeMessage, ExchangeRequest } from '../protocol/exchange.ts';
import { FAKE_ESTIMATE, FAKE_REPORT } from '../protocol/fakeReport.ts';
import type { EngineApi, WorkerApi } from '../protocol/worker.ts';
import type { WorkerPort } from './connection.ts';

/** Exchange as a scripted worker sees it. */
export interface FakeExchange {
  readonly request: ExchangeRequest;
  readonly cancelled: Promise<void>;
  send(message: ExchangeMessage): void;
}

/** Worker for tests: real messages over a real channel, with scripted answers. */
export class FakeWorker implements WorkerPort {
  terminated = false;
  readonly firstExchange: Promise<FakeExchange>;
  readonly #events = new EventTarget();
  readonly #channel = new MessageChannel();

  constructor(onExchange: (exchange: FakeExchange) => void, overrides: Partial<WorkerApi> = {}) {
    let first: (exchange: FakeExchange) => void = () => {};
    this.firstExchange = new Promise(resolve => {
      first = resolve;
    });
    const api: EngineApi = {
      load: async () => ({ kind: 'ok', value: FAKE_REPORT }),
      estimate: async () => ({ kind: 'ok', value: FAKE_ESTIMATE }),
      connect(port) {
        answerOverPort((request, send) => {
          let cancel = () => {};
          const cancelled = new Promise<void>(resolve => {
            cancel = resolve;
          });
          const exchange = { request, cancelled, send };
          first(exchange);
          queueMicrotask(() => onExchange(exchange));
          return cancel;
        }, port);
      },
      counters: async () => ({ kind: 'ok', value: { submit: 3 } }),
      lost: () => new Promise(() => {}),
      close: async () => {},
      ...overrides,
    };
    expose(api, this.#channel.port2);
    this.#channel.port1.start();
  }

  postMessage(message: unknown, options: Transferable[] | StructuredSerializeOptions = {}): void {
    const { transfer = [] } = Array.isArray(options) ? { transfer: options } : options;
    this.#channel.port1.postMessage(message, transfer);
  }

  addEventListener(type: string, listener: EventListenerOrEventListenerObject): void {
    const target = type === 'message' ? this.#channel.port1 : this.#events;
    target.addEventListener(type, listener);
  }

  removeEventListener(type: string, listener: EventListenerOrEventListenerObject): void {
    const target = type === 'message' ? this.#channel.port1 : this.#events;
    target.removeEventListener(type, listener);
  }

  terminate(): void {
    this.terminated = true;
    this.#channel.port1.close();
  }

  /** Fires the event with which the browser reports an uncaught exception in the worker. */
  crash(message: string): void {
    this.#events.dispatchEvent(Object.assign(new Event('error'), { message }));
  }
}
