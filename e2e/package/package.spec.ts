import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { MODULES, SCRIPTS } from '../../bin/package/library.mjs';
import { Origin, policy } from './origin.ts';
import { run } from './process.ts';
import { expect, expectAnswer, modelsOf, plainPage, test } from './test.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The fonts and parsers of the page take 0.4 MB of it, the bundled MTP head 0.5 MB. */
const MAX_TARBALL_BYTES = 5_500_000;
/** Limits of the client and the worker together. */
const MAX_GZIP_BYTES = 283_000;
const MAX_BROTLI_BYTES = 239_000;
/** Limit of the scripts that the page loads before a feature is used. */
const MAX_PAGE_GZIP_BYTES = 250_000;

let project: string;
test.beforeAll(async ({ packed }) => {
  project = await packed.project('vite', { pins: false });
});

/** Path of a tool of the repository. */
const tool = (name: string) => join(ROOT, 'node_modules', '.bin', name);
const inPackage = (...path: string[]) => join(project, 'node_modules', 'foretoken', ...path);

test('the tarball has what runs and nothing else, in at most 5.5 MB', async ({ packed }) => {
  expect((await stat(packed.tarball)).size).toBeLessThan(MAX_TARBALL_BYTES);
  const files = (await readdir(inPackage(), { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(inPackage().length + 1));
  const unwanted = files.filter(
    file =>
      /\.(test|spec)\.|(?<!\.d)\.m?tsx?$|harness|f16|docs\/|\.licenses/.test(file) ||
      (file.startsWith('src/') && file !== 'src/util/fallbackAdapter.mjs'),
  );
  expect(unwanted).toEqual([]);
  expect(files.filter(file => file.endsWith('.gguf'))).toHaveLength(3);
  // A single file that is missing would keep the site from being stored for visits without a network.
  const offline = await readFile(inPackage('dist', 'offline.js'), 'utf8');
  const kept = [...offline.matchAll(/path:[`"']([^`"']+)/g)].map(([, path]) => `dist/${path}`);
  expect(kept).toContain('dist/index.html');
  expect(files).toEqual(expect.arrayContaining(kept));
  const manifest = JSON.parse(await readFile(inPackage('package.json'), 'utf8'));
  expect(manifest).not.toHaveProperty('dependencies');
  expect(manifest).not.toHaveProperty('private');
});

test('package.json exports every module and script of the library', async () => {
  const { exports, alias } = JSON.parse(await readFile(inPackage('package.json'), 'utf8'));
  for (const [name, source] of Object.entries({ ...MODULES, ...SCRIPTS })) {
    expect.soft(exports[name === 'index' ? '.' : `./${name}`], name).toEqual({
      types: source.replace(/^src\/(.*)\.ts$/, './dist/types/$1.d.ts'),
      default: `./dist/lib/${name}.js`,
    });
    // Parcel reads exports only if it is configured to.
    if (name !== 'index') expect.soft(alias[`./${name}`], name).toBe(`./dist/lib/${name}.js`);
  }
});

test('client and worker stay within their size budget', async () => {
  const names = (await readdir(inPackage('dist', 'lib'))).filter(name => name.endsWith('.js'));
  const index = await readFile(inPackage('dist', 'lib', 'index.js'), 'utf8');
  // Files that a page loads: the entry, what it imports at once, and the worker.
  const loaded = names.filter(
    name => name === 'index.js' || name === 'worker.js' || index.includes(`from "./${name}"`),
  );
  const texts = await Promise.all(loaded.map(name => readFile(inPackage('dist', 'lib', name))));
  const sum = (compress: (text: Buffer) => Buffer) =>
    texts.reduce((total, text) => total + compress(text).length, 0);
  expect.soft(sum(text => gzipSync(text, { level: 9 }))).toBeLessThan(MAX_GZIP_BYTES);
  expect.soft(sum(text => brotliCompressSync(text))).toBeLessThan(MAX_BROTLI_BYTES);
});

test('the page loads at most 250 kB of scripts before a feature is used', async () => {
  const html = await readFile(inPackage('dist', 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/<(?:script|link rel="modulepreload")[^>]* (?:src|href)="\.\/([^"]+)"/g)];
  const names = scripts.map(([, name]) => name ?? '');
  const texts = await Promise.all(names.map(name => readFile(inPackage('dist', name))));
  // Imports of these scripts must be among them, or the sum would miss some.
  const imported = texts.flatMap(text =>
    [...text.toString().matchAll(/(?:from|import)"\.\/([^"]+)"/g)].map(([, name]) => `assets/${name}`),
  );
  expect(names).toEqual(expect.arrayContaining(imported));
  expect(names.length).toBeGreaterThan(1);
  const total = texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
  expect(total).toBeLessThanOrEqual(MAX_PAGE_GZIP_BYTES);
});

test('publint and attw find nothing', async ({ packed }) => {
  await run(tool('publint'), [packed.tarball, '--strict'], ROOT);
  await run(tool('attw'), [packed.tarball, '--profile', 'esm-only'], ROOT);
});

test('the declarations pass tsc --strict in a project without other types', async () => {
  await writeFile(
    join(project, 'types.ts'),
    `import { createServer, ForetokenError, type Foretoken } from 'foretoken';
     import { openSource, readGguf } from 'foretoken/gguf';
     import { createTokenizer, vocabularyFrom } from 'foretoken/tokenizer';
     import { createLanguageModel } from 'foretoken/language-model';
     import 'foretoken/worker';
     createLanguageModel satisfies Function;
     const server: Foretoken = await createServer({ model: 'a.gguf', worker: () => new Worker('/w.js') });
     const response: Response = await server.fetch('/health');
     for await (const event of server.completion({ prompt: 'x', stream: true })) console.log(event.content);
     const { metadata } = await readGguf(await openSource('x'));
     const tokenizer = createTokenizer(vocabularyFrom(metadata));
     const ids: number[] = tokenizer.encode('x', { addSpecial: true, parseSpecial: true });
     if (response instanceof ForetokenError) console.log(ids);
     // @ts-expect-error: it has no such option
     await createServer({ model: 'a.gguf', nonsense: 1 });`,
  );
  for (const [module, moduleResolution] of [
    ['esnext', 'bundler'],
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
  ]) {
    const flags = ['--module', module, '--moduleResolution', moduleResolution, '--target', 'es2022'];
    await run(tool('tsc'), ['--noEmit', '--strict', '--types', '', ...flags, 'types.ts'], project);
  }
});

test('tokenizer and GGUF reader work in plain Node, and tokenize needs no browser', async () => {
  const model = join(modelsOf(project), 'foretoken-stories-moe-q4_0.gguf');
  await writeFile(
    join(project, 'count.js'),
    `import { openAsBlob } from 'node:fs';
     import { openSource, readGguf } from 'foretoken/gguf';
     import { createTokenizer, vocabularyFrom } from 'foretoken/tokenizer';
     const { metadata, tensors } = await readGguf(await openSource(await openAsBlob(process.argv[2])));
     const tokenizer = createTokenizer(vocabularyFrom(metadata));
     const tokens = tokenizer.encode('Once upon a time', { addSpecial: true, parseSpecial: false });
     console.log(JSON.stringify({ tensors: tensors.size, tokens }));`,
  );
  const { tensors, tokens } = JSON.parse(await run(process.execPath, ['count.js', model], project));
  expect(tensors).toBeGreaterThan(0);
  const printed = await run(
    'npx',
    ['foretoken', 'tokenize', '-m', model, '-p', 'Once upon a time', '--ids'],
    project,
  );
  expect(JSON.parse(printed)).toEqual(tokens);
});

test('Vite builds a page that completes a prompt, and runs under a policy without blob:', async ({
  page,
}) => {
  await run(tool('vite'), ['build', '--logLevel', 'error'], project);
  const origin = await Origin.open(
    { '/models/': modelsOf(project), '/': join(project, 'dist') },
    { headers: policy("'self'", "'self'") },
  );
  await expectAnswer(page, origin.url);
  await origin.close();
});

test('a plain script from another origin completes a prompt', async ({ page }) => {
  const cdn = await Origin.open(
    { '/foretoken/': inPackage() },
    { headers: { 'access-control-allow-origin': '*' } },
  );
  const origin = await Origin.open(
    { '/models/': modelsOf(project) },
    {
      headers: policy(`'self' ${cdn.url}`, `blob: ${cdn.url}`),
      pages: await plainPage(`${cdn.url}/foretoken/dist/lib`),
    },
  );
  await expectAnswer(page, origin.url);
  expect(cdn.requested).toContain('/foretoken/dist/lib/worker.js');
  expect(cdn.requested).not.toContain('/foretoken/dist/lib/shared-embeddedWorker.js');
  await Promise.all([cdn.close(), origin.close()]);
});
