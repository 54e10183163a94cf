import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANY_PAGE } from './cors.ts';
import { type Door, openDoor } from './door.ts';
import { Engine } from './engine.ts';
import { FakeTab } from './fakeTab.ts';
import { Traffic } from './traffic.ts';

const SECRET = 'hush';

let folder: string;
let engine: Engine;
let door: Door;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foretoken-test-'));
  engine = new Engine({ ready: () => {}, log: () => {}, gone: () => {} });
  engine.prepare({ model: `${SECRET}/target/a.gguf` });
  door = await open(join(folder, 'lookups.bin'));
});

afterEach(async () => {
  await engine.close();
  await door.close();
  await rm(folder, { recursive: true });
});

function open(lookupFile?: string): Promise<Door> {
  return openDoor({
    ...{ hosts: ['127.0.0.1'], port: 0, timeoutSeconds: 60, cors: ANY_PAGE, ui: true },
    ...{ site: folder, secret: SECRET, files: new Map(), engine, traffic: new Traffic(), lookupFile },
  });
}

const at = (path: string, { url } = door) => new URL(path, url);
const put = (url: URL, body: string) => fetch(url, { method: 'PUT', body });

async function connectedTab(): Promise<FakeTab> {
  const tab = await FakeTab.dial(at(`${SECRET}/socket`).href, at('').origin);
  expect(await tab.next()).toMatchObject({ kind: 'load' });
  return tab;
}

describe('the file of look-ups', () => {
  it('it is absent, then what was written last', async () => {
    const url = at(`${SECRET}/lookups`);
    expect((await fetch(url)).status).toBe(404);
    for (const text of ['first and longer', 'second']) expect((await put(url, text)).status).toBe(204);
    expect(await (await fetch(url)).text()).toBe('second');
    expect(await readdir(folder)).toEqual(['lookups.bin']);
  });

  it('it is not accessible without the secret, or if none is wanted', async () => {
    await put(at(`${SECRET}/lookups`), 'x');
    expect((await put(at('guess/lookups'), 'y')).status).toBe(503);
    expect((await fetch(at('guess/lookups'))).status).toBe(503);
    const other = await open();
    expect((await put(at(`${SECRET}/lookups`, other), 'z')).status).toBe(503);
    await other.close();
    expect(await readFile(join(folder, 'lookups.bin'), 'utf8')).toBe('x');
  });
});

describe('a server that ends', () => {
  it('it asks the tab to close, which may save until it disconnects', async () => {
    const tab = await connectedTab();
    const left = engine.leave(5000);
    expect(await tab.next()).toMatchObject({ kind: 'close' });
    expect((await put(at(`${SECRET}/lookups`), 'x')).status).toBe(204);
    expect(engine.isConnected).toBe(true);
    tab.crash();
    await left;
    expect(engine.isConnected).toBe(false);
  });

  it('it waits no longer than the limit for a tab that does not answer', async () => {
    await connectedTab();
    await engine.leave(20);
    expect(engine.isConnected).toBe(true);
  });

  it('it waits for nothing where there is no tab', async () => {
    expect(await engine.leave(5000)).toBeUndefined();
  });
});
