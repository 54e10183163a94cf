import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Exchange } from '../protocol/exchange.ts';
import { FAKE_REPORT } from '../protocol/fakeReport.ts';
import { respond } from '../protocol/respond.ts';
import { OriginEngine } from '../serviceWorker/originEngine.ts';
import { FakeLocks } from '../tabs/fakeLocks.ts';
import { keyOf } from '../tabs/messages.ts';
import { ForetokenError } from '../util/errors.ts';
import { type OriginDoor, serveOrigin } from './serveOrigin.ts';

let scope: string;
let locks: FakeLocks;
let doors: OriginDoor[];

beforeEach(() => {
  scope = `https://${crypto.randomUUID()}.example/`;
  locks = new FakeLocks();
  doors = [];
  const active = Object.assign(new EventTarget(), { state: 'activated', scriptURL: `${scope}sw.js` });
  const serviceWorker = { controller: active, register: async () => ({ scope, active }) };
  vi.stubGlobal('navigator', { locks, serviceWorker });
});
afterEach(() => {
  for (const door of doors) door.close();
  vi.unstubAllGlobals();
});

/** Serves the origin from another tab, whose server answers through `exchange`. */
async function serve(exchange: Exchange): Promise<void> {
  const server = { report: FAKE_REPORT, exchange, lost: new Promise<never>(() => {}) };
  doors.push(await serveOrigin(server, { script: '/sw.js' }));
}

it('a server that is closed without its door leaves the origin, and the request, to the next tab', async () => {
  let isClosed = false;
  await serve(
    respond(async () => {
      if (isClosed) throw new ForetokenError('closed', 'the server is closed; create another one');
      return new Response('first');
    }),
  );
  await serve(respond(async () => new Response('second')));
  const engine = new OriginEngine(locks, keyOf('origin', scope));
  const ask = async () => (await engine.answer(new Request(`${scope}health`), '/health')).text();
  expect(await ask()).toBe('first');
  isClosed = true;
  expect(await ask()).toBe('second');
});
