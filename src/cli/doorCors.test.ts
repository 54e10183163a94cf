import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANY_PAGE } from './cors.ts';
import { type Door, openDoor } from './door.ts';
import { Engine } from './engine.ts';
import { FakeTab } from './fakeTab.ts';
import { Traffic } from './traffic.ts';

const SECRET = 'hush';
const PAGE = 'https://a.example';
const PERMISSION = { 'access-control-allow-origin': PAGE, 'access-control-allow-credentials': 'true' };

let folder: string;
let engine: Engine;
let door: Door;
let isReady: Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foretoken-test-'));
  await writeFile(join(folder, 'index.html'), '<p>site</p>');
  isReady = new Promise(ready => {
    engine = new Engine({ ready: () => ready(), log: () => {}, gone: () => {} });
  });
  engine.prepare({ model: `${SECRET}/target/a.gguf`, nCtx: 64 });
  door = await openDoor({
    ...{ hosts: ['127.0.0.1'], port: 0, timeoutSeconds: 60, cors: ANY_PAGE, ui: true },
    ...{ site: folder, secret: SECRET, files: new Map(), engine, traffic: new Traffic() },
  });
});

afterEach(async () => {
  await engine.close();
  await door.close();
  await rm(folder, { recursive: true });
});

async function ask(path: string, method = 'GET'): Promise<Record<string, string>> {
  const answer = await fetch(new URL(path, door.url), { method, headers: { origin: PAGE } });
  await answer.arrayBuffer();
  return Object.fromEntries(answer.headers);
}

describe('a page of another origin', () => {
  it('is told what it may do when it asks for that', async () => {
    expect(await ask('completion', 'OPTIONS')).toMatchObject({
      ...PERMISSION,
      'access-control-allow-methods': expect.stringContaining('POST'),
    });
  });

  it.each(['', 'index.html', 'health', 'completion', 'nope', `${SECRET}/nope`, `x?${'y'.repeat(33_000)}`])(
    'may read what the door itself answers to its credentials, at /%.20s',
    async path => {
      expect(await ask(path)).toMatchObject({ ...PERMISSION, server: 'llama.cpp' });
    },
  );

  it.each([
    [200, 'application/json'],
    [200, 'text/event-stream'],
    [400, 'application/json'],
    [401, 'application/json'],
    [404, 'application/json'],
    [500, 'application/json'],
  ])('may read what the tab answers to its credentials: %i %s', async (status, contentType) => {
    const tab = await FakeTab.dial(new URL(`${SECRET}/socket`, door.url).href, new URL(door.url).origin);
    await tab.next();
    tab.ready();
    await isReady;
    const answer = ask('completion');
    const id = await tab.nextRequest();
    tab.send({ kind: 'head', id, status, headers: [['content-type', contentType]] });
    tab.send({ kind: 'end', id });
    expect(await answer).toMatchObject({ ...PERMISSION, 'content-type': contentType });
  });
});
