import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedFiles, cachedRepository, hubCacheRoot } from './cache.ts';

describe('the cache', () => {
  it.each([
    [{ LLAMA_CACHE: '/a', HF_HUB_CACHE: '/b' }, '/a'],
    [{ HF_HUB_CACHE: '/b', HUGGINGFACE_HUB_CACHE: '/c' }, '/b'],
    [{ HUGGINGFACE_HUB_CACHE: '/c', HF_HOME: '/d' }, '/c'],
    [{ HF_HOME: '/d', XDG_CACHE_HOME: '/e' }, join('/d', 'hub')],
    [{ XDG_CACHE_HOME: '/e' }, join('/e', 'huggingface', 'hub')],
  ])('with %j is in %s', (env, root) => {
    expect(hubCacheRoot(env)).toBe(root);
  });
});

describe('a cached repository', () => {
  let root: string;
  const commit = '0123456789012345678901234567890123456789';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'foretoken-test-'));
    const folder = join(root, 'models--org--name');
    mkdirSync(join(folder, 'snapshots', commit, 'sub'), { recursive: true });
    mkdirSync(join(folder, 'refs'));
    writeFileSync(join(folder, 'refs', 'main'), `${commit}\n`);
    for (const file of ['a.gguf', 'sub/b.gguf']) writeFileSync(join(folder, 'snapshots', commit, file), '');
    symlinkSync(join(folder, 'blobs', 'gone'), join(folder, 'snapshots', commit, 'c.gguf'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('has the files of its latest commit, except dangling links', () => {
    const repository = cachedRepository(root, 'org/name');
    expect(repository.commit).toBe(commit);
    expect(cachedFiles(repository).filter(path => path.endsWith('.gguf'))).toEqual(['a.gguf', 'sub/b.gguf']);
  });

  it.each(['', '../../x', 'main'])('has none when its reference says %j', text => {
    writeFileSync(join(root, 'models--org--name', 'refs', 'main'), text);
    expect(cachedFiles(cachedRepository(root, 'org/name'))).toEqual([]);
  });

  it('has no files if it does not exist', () => {
    expect(cachedFiles(cachedRepository(root, 'org/other'))).toEqual([]);
  });
});
