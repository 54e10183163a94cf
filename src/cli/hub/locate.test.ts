import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, FakeHub } from './fakeHub.ts';
import { locate } from './locate.ts';
import type { Locating } from './locating.ts';

const CONTENT = Buffer.from('0123456789'.repeat(1000));
const FILES = { 'a-F16.gguf': CONTENT, 'sub/b-Q8_0.gguf': Buffer.from('b'), 'c.gguf.txt': Buffer.from('c') };

let hub: FakeHub;
let root: string;
let lines: string[];

beforeEach(async () => {
  hub = await FakeHub.open(FILES);
  root = await mkdtemp(join(tmpdir(), 'foretoken-test-'));
  lines = [];
});
afterEach(async () => {
  await hub.close();
  await rm(root, { recursive: true });
});

function locating(more: Partial<Locating> = {}): Locating {
  return {
    env: { LLAMA_CACHE: root, HF_ENDPOINT: hub.endpoint },
    offline: false,
    display: { write: () => true },
    log: line => lines.push(line),
    signal: new AbortController().signal,
    pauseMs: 1,
    ...more,
  };
}

const find = (repo: string, file?: string, more?: Partial<Locating>) =>
  locate({ kind: 'hub', repo, ...(file !== undefined && { file }) }, locating(more));

const snapshot = (path: string) => join(root, 'models--org--name', 'snapshots', COMMIT, path);
const downloads = () => hub.asked.filter(line => line.includes('/resolve/'));
const blobs = () => readdir(join(root, 'models--org--name', 'blobs'));

describe('a model of the Hub', () => {
  it.each([
    ['org/name', undefined, 'sub/b-Q8_0.gguf'],
    ['org/name:F16', undefined, 'a-F16.gguf'],
    ['org/name', 'a-F16.gguf', 'a-F16.gguf'],
    // Git's own digest.
    ['org/name', 'c.gguf.txt', 'c.gguf.txt'],
  ])('%s, %s is downloaded to %s once', async (repo, file, path) => {
    expect(await find(repo, file)).toBe(snapshot(path));
    expect(await readFile(snapshot(path))).toEqual(FILES[path as keyof typeof FILES]);
    expect(await readFile(join(root, 'models--org--name', 'refs', 'main'), 'utf8')).toBe(COMMIT);
    await find(repo, file);
    expect(downloads()).toHaveLength(1);
  });

  it('goes on where the connection broke', async () => {
    Object.assign(hub.faults, { breaks: 2, breakAfterBytes: 3000 });
    expect(await readFile(await find('org/name:F16'))).toEqual(CONTENT);
    expect(downloads().map(line => line.split(' ')[2])).toEqual([undefined, 'bytes=3000-', 'bytes=6000-']);
  });

  it('goes on in the next process after it broke for good', async () => {
    Object.assign(hub.faults, { breaks: 1, breakAfterBytes: 4000 });
    const stopping = new AbortController();
    const first = find('org/name:F16', undefined, { signal: stopping.signal, pauseMs: 60_000 });
    first.catch(() => {});
    await expect.poll(async () => (await partialSizes())[0]).toBe(4000);
    stopping.abort();
    await expect(first).rejects.toThrow();
    expect(await readFile(await find('org/name:F16'))).toEqual(CONTENT);
    expect(downloads().at(-1)).toMatch(/bytes=4000-$/);
  });

  it('begins anew where the server has no ranges', async () => {
    Object.assign(hub.faults, { breaks: 1, breakAfterBytes: 4000, ignoresRanges: true });
    expect(await readFile(await find('org/name:F16'))).toEqual(CONTENT);
  });

  it('gives up after failures without a byte, and says how far it came', async () => {
    Object.assign(hub.faults, { breaks: 99, breakAfterBytes: 0 });
    await expect(find('org/name:F16')).rejects.toThrow(/broke off after 0 of 10000 bytes .* start again/);
    expect(downloads()).toHaveLength(4);
  });

  it('is not taken with another digest, and nothing of it stays', async () => {
    hub.faults.corrupts = true;
    await expect(find('org/name:F16')).rejects.toThrow(/a-F16\.gguf came with the digest .* start again/);
    expect(await blobs()).toEqual([]);
    hub.faults.corrupts = false;
    expect(await readFile(await find('org/name:F16'))).toEqual(CONTENT);
  });

  it('needs the token that its repository needs', async () => {
    hub.faults.token = 'hf_secret';
    await expect(find('org/name:F16')).rejects.toThrow(/HTTP 401.*--hf-token/);
    expect(await find('org/name:F16', undefined, { token: 'hf_secret' })).toBe(snapshot('a-F16.gguf'));
  });

  it.each([
    ['org/name:Q2_K', undefined, 'Q2_K is not in org/name: it has a-F16.gguf, sub/b-Q8_0.gguf'],
    ['org/name', 'd.gguf', 'd.gguf is not in org/name'],
    ['org/other', undefined, /org\/other on .*: HTTP 404, it is not there/],
    ['org', undefined, 'org is no repository; give ORG/NAME'],
    ['../org', undefined, 'is no repository'],
    ['org/..', undefined, 'is no repository'],
  ])('%s, %s is refused in one line', async (repo, file, message) => {
    await expect(find(repo, file)).rejects.toThrow(message);
  });
});

describe('without the Hub', () => {
  it('the cache has to do, and it is said so', async () => {
    await find('org/name:F16');
    hub.faults.status = 503;
    expect(await find('org/name:F16')).toBe(snapshot('a-F16.gguf'));
    expect(lines[0]).toMatch(/using a-F16\.gguf of org\/name from the cache: .*HTTP 503/);
  });

  it('a model that is not in the cache is an error that says why', async () => {
    await hub.close();
    await expect(find('org/name')).rejects.toThrow(/does not answer \(ECONNREFUSED\); check the connection/);
    hub = await FakeHub.open(FILES);
  });

  it('--offline asks nobody', async () => {
    await expect(find('org/name', undefined, { offline: true })).rejects.toThrow('is not in the cache');
    await find('org/name:F16');
    hub.asked.length = 0;
    expect(await find('org/name', undefined, { offline: true })).toBe(snapshot('a-F16.gguf'));
    expect(hub.asked).toEqual([]);
  });
});

describe('a model at an address', () => {
  const at = (name: string, more?: Partial<Locating>) =>
    locate({ kind: 'url', url: `${hub.endpoint}/${name}` }, locating(more));

  it('is fetched once, and again when it has changed', async () => {
    const path = await at('a-F16.gguf');
    expect(path).toBe(join(root, 'a-F16.gguf'));
    expect(await readFile(path)).toEqual(CONTENT);
    await at('a-F16.gguf');
    expect(hub.asked.filter(line => line.startsWith('GET'))).toHaveLength(1);
    await writeFile(`${path}.etag`, '"0"');
    await at('a-F16.gguf');
    expect(hub.asked.filter(line => line.startsWith('GET'))).toHaveLength(2);
    expect(await at('a-F16.gguf', { offline: true })).toBe(path);
  });

  it.each([false, true])('goes on where it broke off, unless it has changed since: %s', async changes => {
    Object.assign(hub.faults, { breaks: 1, breakAfterBytes: 4000 });
    const stopping = new AbortController();
    const first = at('a-F16.gguf', { signal: stopping.signal, pauseMs: 60_000 });
    first.catch(() => {});
    const part = join(root, 'a-F16.gguf.incomplete');
    await expect.poll(async () => (await stat(part).catch(() => null))?.size).toBe(4000);
    stopping.abort();
    await expect(first).rejects.toThrow();
    hub.faults.changes = changes;
    const path = await at('a-F16.gguf');
    expect(await readFile(path)).toEqual(changes ? Buffer.alloc(CONTENT.length, 'x') : CONTENT);
    expect(hub.asked.at(-1)).toBe(`GET /a-F16.gguf${changes ? '' : ' bytes=4000-'}`);
    expect((await readdir(root)).toSorted()).toEqual(['a-F16.gguf', 'a-F16.gguf.etag']);
  });

  it('is refused where it is not there', async () => {
    await expect(at('x.gguf')).rejects.toThrow('x.gguf: HTTP 404');
    await expect(locate({ kind: 'url', url: 'file:///etc/passwd' }, locating())).rejects.toThrow('https://');
  });
});

async function partialSizes(): Promise<number[]> {
  const names = (await blobs().catch(() => [])).filter(name => name.endsWith('.incomplete'));
  const paths = names.map(name => join(root, 'models--org--name', 'blobs', name));
  return Promise.all(paths.map(async path => (await stat(path)).size));
}
