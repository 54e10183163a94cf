import { beforeEach, describe, expect, it } from 'vitest';
import { ForetokenError } from '../util/errors.ts';
import type { Exchange, ExchangeMessage, ExchangeRequest } from './exchange.ts';
import { Replay } from './replay.ts';

const LOST = new ForetokenError('device_lost', 'lost');
const HEAD: ExchangeMessage = { kind: 'head', status: 200, headers: [] };

const ask = (path: string): ExchangeRequest => ({ method: 'GET', path, headers: [], body: null });

/** Engine that does what the test tells it. */
class FakeEngine {
  readonly received: string[] = [];
  readonly cancelled: string[] = [];
  readonly #deliver = new Map<string, (message: ExchangeMessage) => void>();

  readonly exchange: Exchange = ({ path }, deliver) => {
    this.received.push(path);
    this.#deliver.set(path, deliver);
    return () => this.cancelled.push(path);
  };

  send(path: string, message: ExchangeMessage): void {
    this.#deliver.get(path)?.(message);
  }
}

describe('requests over engines that come and go', () => {
  let replay: Replay;
  let got: Record<string, string[]>;
  let engines: [FakeEngine, FakeEngine, FakeEngine];

  beforeEach(() => {
    replay = new Replay();
    got = {};
    engines = [new FakeEngine(), new FakeEngine(), new FakeEngine()];
  });

  function send(path: string): () => void {
    const messages: string[] = [];
    got[path] = messages;
    return replay.exchange(ask(path), message =>
      messages.push(message.kind === 'error' ? message.error.code : message.kind),
    );
  }

  it('wait for the first engine and reach it in their order', () => {
    for (const path of ['/a', '/b']) send(path);
    replay.connect(engines[0].exchange);
    send('/c');
    expect(engines[0].received).toEqual(['/a', '/b', '/c']);
  });

  it('go to the next engine without a byte so far, and end with the error after one', () => {
    replay.connect(engines[0].exchange);
    for (const path of ['/waiting', '/streaming', '/done']) send(path);
    engines[0].send('/streaming', HEAD);
    for (const message of [HEAD, { kind: 'end' } as const]) engines[0].send('/done', message);
    replay.disconnect(LOST);
    expect(got).toEqual({ '/waiting': [], '/streaming': ['head', 'device_lost'], '/done': ['head', 'end'] });
    replay.connect(engines[1].exchange);
    expect(engines[1].received).toEqual(['/waiting']);
    engines[1].send('/waiting', HEAD);
    expect(got['/waiting']).toEqual(['head']);
  });

  it('go to two engines at most', () => {
    send('/fatal');
    for (const engine of engines) {
      replay.connect(engine.exchange);
      replay.disconnect(LOST);
    }
    expect(engines.map(engine => engine.received.length)).toEqual([1, 1, 0]);
    expect(got['/fatal']).toEqual(['device_lost']);
  });

  it('are cancelled in the engine that has them, and are not replayed then', () => {
    const cancel = send('/a');
    replay.connect(engines[0].exchange);
    cancel();
    expect(engines[0].cancelled).toEqual(['/a']);
    replay.disconnect(LOST);
    replay.connect(engines[1].exchange);
    expect(engines[1].received).toEqual([]);
  });

  it('end at once after the end, but not before the caller has their cancel function', async () => {
    send('/a');
    replay.end(LOST);
    expect(got['/a']).toEqual(['device_lost']);
    send('/b');
    expect(got['/b']).toEqual([]);
    await null;
    expect(got['/b']).toEqual(['device_lost']);
  });
});
