import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedModel, chooseFile, hubCacheRoot } from './hubCache.ts';

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

describe('the file of a repository', () => {
  const files = ['README.md', 'a-F16.gguf', 'a-q4_k_m.gguf', 'a-Q8_0.gguf', 'mmproj-Q4_K_M.gguf'];

  it.each([
    [files, undefined, 'a-q4_k_m.gguf'],
    [files, 'q8_0', 'a-Q8_0.gguf'],
    [files, 'Q2_K', undefined],
    [['b-F16.gguf', 'b-Q8_0.gguf'], undefined, 'b-Q8_0.gguf'],
    [['c-F32.gguf', 'c-F16.gguf'], undefined, 'c-F16.gguf'],
    [['README.md'], undefined, undefined],
  ])('of %j with tag %s is %s', (all, tag, expected) => {
    expect(chooseFile(all, tag)).toBe(expected);
  });
});

describe('a cached model', () => {
  let root: string;
  const commit = '0123456789012345678901234567890123456789';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'foretoken-test-'));
    const folder = join(root, 'models--org--name');
    mkdirSync(join(folder, 'snapshots', commit, 'sub'), { recursive: true });
    mkdirSync(join(folder, 'refs'));
    writeFileSync(join(folder, 'refs', 'main'), `${commit}\n`);
    for (const file of ['a.gguf', 'sub/b.gguf']) writeFileSync(join(folder, 'snapshots', commit, file), '');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it.each([
    [{ repo: 'org/name' }, 'a.gguf'],
    [{ repo: 'org/name', file: 'sub/b.gguf' }, 'sub/b.gguf'],
    [{ repo: 'org/name:b' }, 'sub/b.gguf'],
  ])('%j is %s', (model, file) => {
    expect(cachedModel(model, root)).toBe(join(root, 'models--org--name', 'snapshots', commit, file));
  });

  it.each([
    { repo: 'org/name', file: '../../refs/main' },
    { repo: 'org/name', file: 'c.gguf' },
    { repo: 'org/other' },
    { repo: '../org' },
  ])('%j is not there', model => {
    expect(() => cachedModel(model, root)).toThrow('is not in the cache');
  });
});
