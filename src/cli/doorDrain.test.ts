import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANY_PAGE } from './cors.ts';
import { type Door, openDoor } from './door.ts';
import { Engine } from './engine.ts';
import { FakeTab } from './fakeTab.ts';
import { Traffic } from './traffic.ts';

const SECRET = 'hush';
const neverStopped = new AbortController().signal;

let engine: Engine;
let traffic: Traffic;
let door: Door;
let isReady: Promise<void>;

beforeEach(async () => {
  isReady = new Promise(ready => {
    engine = new Engine({ ready: () => ready(), log: () => {}, gone: () => {} });
  });
  engine.prepare({ model: `${SECRET}/target/a.gguf`, nCtx: 64 });
  traffic = new Traffic();
  door = await openDoor({
    ...{ hosts: ['127.0.0.1'], port: 0, timeoutSeconds: 60, cors: ANY_PAGE, ui: true },
    ...{ site: tmpdir(), secret: SECRET, files: new Map(), engine, traffic },
  });
});

afterEach(async () => {
  await engine.close();
  await door.close();
});

const at = (path: string) => new URL(path, door.url).href;

const post = (body: string, signal?: AbortSignal) =>
  fetch(at('completion'), { method: 'POST', body, ...(signal && { signal }) });

async function readyTab(): Promise<FakeTab> {
  const tab = await FakeTab.dial(at(`${SECRET}/socket`), new URL(door.url).origin);
  await tab.next();
  tab.ready();
  await isReady;
  return tab;
}

describe('a server that drains', () => {
  it('sends new clients elsewhere, answers all that come nevertheless, and ends with the last one', async () => {
    const tab = await readyTab();
    const early = post('early');
    const id = await tab.nextRequest();
    const drained = traffic.drain(60, neverStopped);
    for (const path of ['health', 'v1/health?x']) expect((await fetch(at(path))).status).toBe(503);
    const late = post('late');
    tab.answer(await tab.nextRequest(), 'also');
    expect(await (await late).text()).toBe('also');
    // A kept connection would bring another request to a server that is going.
    expect((await late).headers.get('connection')).toBe('close');
    expect(traffic.size).toBe(1);
    tab.answer(id, 'done');
    expect(await (await early).text()).toBe('done');
    expect(await drained).toBe(0);
  });

  it('waits for a body that is still arriving', async () => {
    const tab = await readyTab();
    const slow = httpRequest(at('completion'), { method: 'POST', headers: { 'content-length': '2' } });
    const answered = new Promise<IncomingMessage>((resolve, reject) =>
      slow.on('response', resolve).on('error', reject),
    );
    slow.write('a');
    await expect.poll(() => traffic.size).toBe(1);
    const drained = traffic.drain(60, neverStopped);
    slow.end('b');
    tab.answer(await tab.nextRequest(), 'done');
    expect((await answered).resume().statusCode).toBe(200);
    expect(await drained).toBe(0);
  });

  it.each([
    { what: 'its time is over', limitSeconds: 0.05, stopped: false },
    { what: 'it has no time', limitSeconds: 0, stopped: false },
    { what: 'it has to stop', limitSeconds: 60, stopped: true },
  ])('waits no longer when $what, and tells how many requests it leaves', async row => {
    const tab = await readyTab();
    const leaving = new AbortController();
    const pending = post('', leaving.signal).catch(() => {});
    await tab.nextRequest();
    const stopping = new AbortController();
    const drained = traffic.drain(row.limitSeconds, stopping.signal);
    if (row.stopped) stopping.abort();
    expect(await drained).toBe(1);
    leaving.abort();
    await pending;
  });

  it('waits for no request of a client that has left', async () => {
    const tab = await readyTab();
    const leaving = new AbortController();
    const pending = post('', leaving.signal).catch(() => {});
    await tab.nextRequest();
    const drained = traffic.drain(60, neverStopped);
    leaving.abort();
    expect(await drained).toBe(0);
    await pending;
  });
});
