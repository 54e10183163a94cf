import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCommandLine } from './commandLine.ts';
import { lookupFileOf, publish } from './publish.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foretoken-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const file = (name: string) => join(folder, name);

/** Published files for these arguments, and the options of the tab. */
async function published(args: readonly string[]) {
  const command = readCommandLine(['serve', ...args]);
  if (command.kind !== 'serve') throw new Error(`read as ${command.kind}`);
  const machine = { env: {}, display: { write: () => true }, log: () => {} };
  const files = new Map<string, string>();
  const options = await publish(command.options, machine, 'secret', files, new AbortController().signal);
  return { files: Object.fromEntries(files), options };
}

describe('a model on this machine is published', () => {
  it('under its own name', async () => {
    for (const name of ['a b.gguf', 'd.gguf']) await writeFile(file(name), '');
    const { files, options } = await published(['-m', file('a b.gguf'), '-md', file('d.gguf')]);
    expect(files).toEqual({ 'target/a%20b.gguf': file('a b.gguf'), 'draft/d.gguf': file('d.gguf') });
    expect(options).toMatchObject({ model: 'secret/target/a%20b.gguf', modelDraft: 'secret/draft/d.gguf' });
  });

  it('with the other parts, if its name is that of a part', async () => {
    const names = ['a-00001-of-00002.gguf', 'a-00002-of-00002.gguf'];
    for (const name of names) await writeFile(file(name), '');
    const { files, options } = await published(['-m', file(names[0])]);
    expect(files).toEqual(Object.fromEntries(names.map(name => [`target/${name}`, file(name)])));
    expect(options.model).toBe(`secret/target/${names[0]}`);
  });

  it('only if all of it can be read', async () => {
    await writeFile(file('a-00001-of-00002.gguf'), '');
    await mkdir(file('folder.gguf'));
    for (const [given, unreadable] of [
      ['a-00001-of-00002.gguf', 'a-00002-of-00002.gguf'],
      ['folder.gguf', 'folder.gguf'],
      ['absent.gguf', 'absent.gguf'],
    ]) {
      const message = `cannot read the model ${file(unreadable)}; check the path`;
      await expect(published(['-m', file(given)])).rejects.toThrow(message);
    }
  });
});

describe('the file of look-ups', () => {
  it('is an address below the secret for the tab, and need not exist yet', async () => {
    await writeFile(file('a.gguf'), '');
    const { options } = await published(['-m', file('a.gguf'), '-lcd', file('b.bin')]);
    expect(options.lookupCache).toBe('secret/lookups');
    expect(await lookupFileOf({ lookupCache: file('b.bin') })).toBe(file('b.bin'));
    expect(await lookupFileOf({ lookupCache: file('a.gguf') })).toBe(file('a.gguf'));
    expect(await lookupFileOf({})).toBeUndefined();
  });

  it.each(['.', 'missing/b.bin'])('cannot be at %s', async name => {
    const message = `no file can be at ${file(name)}; name one in a folder that exists`;
    await expect(lookupFileOf({ lookupCache: file(name) })).rejects.toThrow(message);
  });
});
