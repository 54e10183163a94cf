import { mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, FakeHub } from './fakeHub.ts';
import { locate } from './locate.ts';
import type { Locating } from './locating.ts';

const CONTENT = Buffer.from('0123456789'.repeat(1000));
const PARTS = ['s-Q4_0-00001-of-00003.gguf', 's-Q4_0-00002-of-00003.gguf', 's-Q4_0-00003-of-00003.gguf'];
const FILES = {
  'a-F16.gguf': CONTENT,
  'sub/b-Q8_0.gguf': Buffer.from('b'),
  'c.gguf.txt': Buffer.from('c'),
  ...Object.fromEntries(PARTS.map(name => [name, Buffer.from(name.repeat(100))])),
  't-Q5_0-00001-of-00002.gguf': Buffer.from('t'),
};

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

const find = async (repo: string, file?: string, more?: Partial<Locating>) =>
  (await locate({ kind: 'hub', repo, ...(file !== undefined && { file }) }, locating(more))) ?? '';

const snapshot = (path: string) => join(root, 'models--org--name', 'snapshots', COMMIT, path);
const downloads = () => hub.asked.filter(line => line.includes('/resolve/'));
const blobs = () => readdir(join(root, 'models--org--name', 'blobs'));

describe('a model of the Hub', () => {
  it.each([
    ['org/name', undefined, 'sub/b-Q8_0.gguf'],
    ['org/name:F16', undefined, 'a-F16.gguf'],
    ['org/name', 'A-f16.gguf', 'a-F16.gguf'],
    // Git's own digest.
    ['org/name', 'c.gguf.txt', 'c.gguf.txt'],
  ])('%s, %s is downloaded to %s once', async (repo, file, path) => {
    expect(await find(repo, file)).toBe(snapshot(path));
    expect(await readFile(snapshot(path))).toEqual(FILES[path as keyof typeof FILES]);
    expect(await readFile(join(root, 'models--org--name', 'refs', 'main'), 'utf8')).toBe(COMMIT);
    await find(repo, file);
    expect(downloads()).toHaveLength(1);
  });

  it('may be an MTP head beside it, or none', async () => {
    const head = (sidecar: 'preferred' | 'only') =>
      locate({ kind: 'hub', repo: 'org/name', sidecar }, locating());
    expect(await head('only')).toBeNull();
    expect(await head('preferred')).toBe(snapshot('sub/b-Q8_0.gguf'));
    await hub.close();
    hub = await FakeHub.open({ ...FILES, 'mtp-a-F16.gguf': Buffer.from('m') });
    expect(await head('only')).toBe(snapshot('mtp-a-F16.gguf'));
    expect(await head('preferred')).toBe(snapshot('mtp-a-F16.gguf'));
  });

  it('continues where the connection broke', async () => {
    Object.assign(hub.faults, { breaks: 2, breakAfterBytes: 3000 });
    expect(await readFile(await find('org/name:F16'))).toEqual(CONTENT);
    expect(downloads().map(line => line.split(' ')[2])).toEqual([undefined, 'bytes=3000-', 'bytes=6000-']);
  });

  it('continues in the next process after it broke for good', async () => {
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

  it('starts over if the server has no ranges', async () => {
    Object.assign(hub.faults, { breaks: 1, breakAfterBytes: 4000, ignoresRanges: true });
    expect(await readFile(await find('org/name:F16'))).toEqual(CONTENT);
  });

  it('gives up after failures without a byte, and reports its progress', async () => {
    Object.assign(hub.faults, { breaks: 99, breakAfterBytes: 0 });
    await expect(find('org/name:F16')).rejects.toThrow(/broke off after 0 of 10000 bytes .* start again/);
    expect(downloads()).toHaveLength(4);
  });

  it('is rejected if the digest differs, and is deleted', async () => {
    hub.faults.corrupts = true;
    await expect(find('org/name:F16')).rejects.toThrow(/a-F16\.gguf came with the digest .* start again/);
    expect(await blobs()).toEqual([]);
    hub.faults.corrupts = false;
    expect(await readFile(await find('org/name:F16'))).toEqual(CONTENT);
  });

  it('needs the token of its repository', async () => {
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

describe('a model in parts', () => {
  it.each([
    ['org/name:Q4_0', undefined],
    ['org/name', PARTS[1]],
  ])('%s, %s is downloaded whole and once', async (repo, file) => {
    expect(await find(repo, file)).toBe(snapshot(PARTS[0]));
    for (const part of PARTS) expect(await readFile(snapshot(part), 'utf8')).toBe(part.repeat(100));
    expect(await blobs()).toHaveLength(3);
    await find(repo, file);
    expect(downloads()).toHaveLength(3);
  });

  it('needs only the missing parts', async () => {
    await find('org/name:Q4_0');
    await rm(await realpath(snapshot(PARTS[1])));
    await find('org/name:Q4_0');
    expect(downloads()).toHaveLength(4);
    expect(downloads()[3]).toContain(PARTS[1]);
  });

  it('continues a part that broke off', async () => {
    Object.assign(hub.faults, { breaks: 2, breakAfterBytes: 1000 });
    await find('org/name:Q4_0');
    for (const part of PARTS) expect(await readFile(snapshot(part), 'utf8')).toBe(part.repeat(100));
  });

  it('shows the bytes of all parts as one file', async () => {
    const shown: string[] = [];
    await find('org/name:Q4_0', undefined, { display: { write: text => shown.push(text) } });
    expect(shown.at(-1)).toBe(`${PARTS[0]} and 2 more: 0.0 of 0.0 MB, 100 %\n`);
  });

  it('is refused if the repository lacks a part', async () => {
    await expect(find('org/name:Q5_0')).rejects.toThrow(
      't-Q5_0-00002-of-00002.gguf is not in org/name, but this model of 2 parts cannot be loaded without it',
    );
  });

  it('is not in the cache if one part is missing', async () => {
    await find('org/name:Q4_0');
    expect(await find('org/name:Q4_0', undefined, { offline: true })).toBe(snapshot(PARTS[0]));
    await rm(snapshot(PARTS[2]));
    await expect(find('org/name:Q4_0', undefined, { offline: true })).rejects.toThrow('is not in the cache');
  });

  it('is downloaded from its address, each part to its own file', async () => {
    const url = `${hub.endpoint}/org/name/resolve/${COMMIT}/${PARTS[0]}`;
    const at = (path?: string) => locate({ kind: 'url', url, ...(path && { path }) }, locating());
    expect(await at()).toBe(join(root, PARTS[0]));
    expect(await at(join(root, 'x-00001-of-00003.gguf'))).toBe(join(root, 'x-00001-of-00003.gguf'));
    for (const [i, part] of PARTS.entries()) {
      for (const name of [part, `x-0000${i + 1}-of-00003.gguf`])
        expect(await readFile(join(root, name), 'utf8')).toBe(part.repeat(100));
    }
    await expect(at(join(root, 'x.gguf'))).rejects.toThrow(/has 3 parts.*-00001-of-00003\.gguf/);
  });
});

describe('without the Hub', () => {
  it('uses the cache, and says so', async () => {
    await find('org/name:F16');
    hub.faults.status = 503;
    expect(await find('org/name:F16')).toBe(snapshot('a-F16.gguf'));
    expect(lines[0]).toMatch(/using a-F16\.gguf of org\/name from the cache: .*HTTP 503/);
  });

  it('fails for a model that is not in the cache, with the reason', async () => {
    await hub.close();
    await expect(find('org/name')).rejects.toThrow(/does not answer \(ECONNREFUSED\); check the connection/);
    hub = await FakeHub.open(FILES);
  });

  it('--offline makes no request', async () => {
    await expect(find('org/name', undefined, { offline: true })).rejects.toThrow('is not in the cache');
    await find('org/name:F16');
    hub.asked.length = 0;
    expect(await find('org/name', undefined, { offline: true })).toBe(snapshot('a-F16.gguf'));
    expect(hub.asked).toEqual([]);
  });
});

describe('a model at an address', () => {
  const at = async (name: string, more?: Partial<Locating>) =>
    (await locate({ kind: 'url', url: `${hub.endpoint}/${name}` }, locating(more))) ?? '';

  it('is downloaded once, and again after it has changed', async () => {
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

  it.each([false, true])('continues where it broke off, unless it has changed since: %s', async changes => {
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

  it('is refused if it does not exist', async () => {
    await expect(at('x.gguf')).rejects.toThrow('x.gguf: HTTP 404');
    await expect(locate({ kind: 'url', url: 'file:///etc/passwd' }, locating())).rejects.toThrow('https://');
  });
});

async function partialSizes(): Promise<number[]> {
  const names = (await blobs().catch(() => [])).filter(name => name.endsWith('.incomplete'));
  const paths = names.map(name => join(root, 'models--org--name', 'blobs', name));
  return Promise.all(paths.map(async path => (await stat(path)).size));
}
