import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Folder → the folders it may import; docs/architecture.md has the same table. A `type:` edge carries types only. Test files are
 * exempt: a test may use any part of the product to build what it needs.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  util: [],
  quant: ['util'],
  tokenizer: ['util', 'gguf'],
  protocol: ['util'],
  report: ['util'],
  forward: ['util'],
  engine: ['util', 'forward'],
  gguf: ['util', 'quant'],
  architectures: ['util', 'gguf'],
  hub: ['util', 'gguf'],
  store: ['util', 'gguf', 'hub', 'protocol'],
  reference: ['util', 'quant', 'gguf', 'architectures'],
  gpu: ['util', 'quant'],
  conformance: ['util', 'quant', 'reference', 'gpu', 'forward'],
  model: ['util', 'quant', 'gguf', 'architectures', 'gpu', 'forward'],
  server: ['util', 'tokenizer', 'protocol', 'forward', 'engine'],
  tabs: ['util', 'protocol'],
  client: ['util', 'protocol', 'tabs'],
  serviceWorker: ['util', 'protocol', 'tabs'],
  languageModel: ['util', 'protocol', 'client'],
  aiSdk: ['client'],
  worker: [
    'util',
    'quant',
    'gguf',
    'hub',
    'store',
    'tokenizer',
    'protocol',
    'forward',
    'engine',
    'gpu',
    'conformance',
    'model',
    'server',
  ],
  cli: ['util', 'gguf', 'hub', 'tokenizer', 'protocol', 'report', 'type:lab'],
  pages: ['util', 'protocol', 'report', 'hub', 'client', 'lab'],
  harness: [
    'util',
    'quant',
    'gguf',
    'tokenizer',
    'reference',
    'protocol',
    'report',
    'forward',
    'engine',
    'gpu',
    'conformance',
    'model',
    'server',
    'client',
    'worker',
  ],
  lab: [
    'util',
    'quant',
    'gguf',
    'tokenizer',
    'protocol',
    'report',
    'gpu',
    'conformance',
    'forward',
    'model',
    'worker',
  ],
};

/** Package → the folders that may import it. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@ai-sdk/openai-compatible': ['aiSdk'],
  '@huggingface/jinja': ['server'],
  comlink: ['client', 'worker'],
  'highlight.js': ['pages'],
  hono: ['server'],
  'idb-keyval': ['pages', 'store'],
  katex: ['pages'],
  'markdown-it': ['pages'],
  playwright: ['cli'],
  preact: ['pages'],
  'puppeteer-core': ['cli'],
  typebox: ['report'],
  ws: ['cli'],
};

/** Folders that run in Node and may import its modules. */
const NODE = ['cli'];

const MAX_LINES = 500;
const MAX_WGSL_LINES = 200;
/** Tables that may exceed the size limit, because they hold a lot of data. */
const LONG_TABLES: readonly string[] = [];

const ROOT = resolve(import.meta.dirname, '..');

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

/** Lists the files under `folder` with one of the extensions, as paths from the root with forward slashes. */
function filesUnder(folder: string, extensions: readonly string[]): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && extensions.some(extension => entry.name.endsWith(extension)))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Lists the static and dynamic imports and re-exports of a source file. */
function importsOf(source: string): Import[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const statements = code.matchAll(/^\s*(?:import|export)\s+(?:([^'";]*?)\s+from\s+)?'([^']+)'/gm);
  const calls = code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statements].map(([, clause = '', specifier = '']) => ({
      specifier,
      typeOnly: isTypeOnly(clause),
    })),
    ...[...calls].map(([, specifier = '']) => ({ specifier, typeOnly: false })),
  ];
}

/** Whether `import <clause> from` disappears at run time. */
function isTypeOnly(clause: string): boolean {
  if (/^type\s+[^,]/.test(clause)) return true;
  const names = /^\{(.*)\}$/s.exec(clause)?.[1];
  return names?.split(',').every(name => name.trim() === '' || /^type\s/.test(name.trim())) ?? false;
}

/** Folder of `src` that a file belongs to, or null outside `src` and directly in it. */
function layerOf(file: string): string | null {
  return /^src\/([^/]+)\//.exec(file)?.[1] ?? null;
}

/** File that a relative specifier names, as a path from the root without a query such as `?raw`. */
function target(file: string, specifier: string): string {
  return join(dirname(file), specifier.replace(/\?.*$/, '')).split(sep).join('/');
}

/** Describes the violation of an import, or null. */
function violation(file: string, { specifier, typeOnly }: Import): string | null {
  const layer = layerOf(file);
  if (layer === null) return `${file} is in no folder of src`;
  const allowed = LAYERS[layer];
  if (!allowed) return `${layer} is not in the table`;
  if (specifier.startsWith('node:')) return NODE.includes(layer) ? null : `${file} imports ${specifier}`;
  if (!specifier.startsWith('.')) {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
    return PACKAGES[name]?.includes(layer) ? null : `${file} imports the package ${specifier}`;
  }
  const imported = target(file, specifier);
  const importedLayer = layerOf(imported);
  if (importedLayer === layer || (layer === 'pages' && imported.endsWith('.css'))) return null;
  if (importedLayer !== null && allowed.includes(importedLayer)) return null;
  if (importedLayer !== null && allowed.includes(`type:${importedLayer}`) && typeOnly) return null;
  return `${file} imports ${imported}`;
}

/** First cycle among files found from `start`, as its files in order. */
function cycleFrom(
  start: string,
  edges: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): string[] | null {
  const path: string[] = [];
  function visit(file: string): string[] | null {
    const entry = path.indexOf(file);
    if (entry !== -1) {
      // Mark every file of the path, which would report the same cycle again.
      for (const member of path) done.add(member);
      return [...path.slice(entry), file];
    }
    if (done.has(file)) return null;
    path.push(file);
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return null;
  }
  return visit(start);
}

const sources = new Map(
  filesUnder('src', ['.ts', '.tsx'])
    .filter(file => !/\.test\.tsx?$/.test(file))
    .map(file => [file, importsOf(read(file))]),
);

describe('layers', () => {
  it('reads every form of import', () => {
    const source = `
      import './a.ts';
      import type { B } from './b.ts';
      import { type C, type D } from './c.ts';
      import { type E, f } from './d.ts';
      import g, {
        h,
      } from './e.ts';
      export * from './f.ts';
      export type * from './g.ts';
      // import './comment.ts';
      const i = import('./h.ts');
    `;
    const found = importsOf(source).map(
      ({ specifier, typeOnly }) => `${specifier}${typeOnly ? ' (type)' : ''}`,
    );
    expect(found).toEqual([
      './a.ts',
      './b.ts (type)',
      './c.ts (type)',
      './d.ts',
      './e.ts',
      './f.ts',
      './g.ts (type)',
      './h.ts',
    ]);
  });

  it.each([
    ['src/engine/decoder.ts', '../gpu/device.ts', false, false],
    ['src/model/model.ts', '../forward/forwardPass.ts', false, true],
    ['src/model/model.ts', '../engine/decoder.ts', false, false],
    ['src/engine/decoder.ts', './sampler/chain.ts', false, true],
    ['src/engine/decoder.ts', 'comlink', false, false],
    ['src/client/connection.ts', 'comlink', false, true],
    ['src/client/connection.ts', 'node:fs', false, false],
    ['src/cli/door.ts', 'node:fs', false, true],
    ['src/util/math.ts', '../../bin/site.mjs', false, false],
  ])('judges that %s imports %s (types only: %s): %s', (file, specifier, typeOnly, allowed) => {
    expect(violation(file, { specifier, typeOnly }) === null).toBe(allowed);
  });

  it('has no import that the table forbids', () => {
    const violations = [...sources].flatMap(([file, imports]) =>
      imports.map(imported => violation(file, imported)).filter(message => message !== null),
    );
    expect(violations).toEqual([]);
  });

  it('has no cycle between files', () => {
    const edges = new Map(
      [...sources].map(([file, imports]) => [
        file,
        imports
          .filter(({ specifier }) => specifier.startsWith('.'))
          .map(({ specifier }) => target(file, specifier)),
      ]),
    );
    const done = new Set<string>();
    const cycles = [...edges.keys()]
      .map(file => cycleFrom(file, edges, done))
      .filter(cycle => cycle !== null);
    expect(cycles).toEqual([]);
  });

  it('has no cycle between the folders of src/server', () => {
    const folderOf = (file: string): string | null => /^src\/server\/([^/]+)\//.exec(file)?.[1] ?? null;
    const edges = new Map<string, string[]>();
    for (const [file, imports] of sources) {
      const folder = folderOf(file);
      if (folder === null || folder === 'testing') continue;
      const others = imports.flatMap(({ specifier }) => folderOf(target(file, specifier)) ?? []);
      const before = edges.get(folder) ?? [];
      edges.set(folder, [...before, ...others.filter(other => other !== folder)]);
    }
    const done = new Set<string>();
    expect([...edges.keys()].map(folder => cycleFrom(folder, edges, done)).filter(Boolean)).toEqual([]);
  });

  it('finds an existing cycle', () => {
    const edges = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    expect(cycleFrom('a', edges, new Set())).toEqual(['b', 'c', 'b']);
  });
});

describe('file sizes', () => {
  it.each([
    {
      folders: ['src', 'e2e', 'bench', 'bin'],
      extensions: ['.ts', '.tsx', '.mjs', '.css'],
      limit: MAX_LINES,
    },
    { folders: ['shaders'], extensions: ['.wgsl'], limit: MAX_WGSL_LINES },
  ])('keeps $extensions under $limit lines', ({ folders, extensions, limit }) => {
    const tooLong = folders
      .flatMap(folder => filesUnder(folder, extensions))
      .filter(file => !LONG_TABLES.includes(file))
      .map(file => ({ file, lines: read(file).split('\n').length - 1 }))
      .filter(({ lines }) => lines > limit);
    expect(tooLong).toEqual([]);
  });
});
