import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

const PLAIN = { addSpecial: false, parseSpecial: true };

/**
 * Measures tokenizers in Node. For each vocabulary: the milliseconds from a file's bytes to a tokenizer; the MB/s for a megabyte
 * of English, code, Chinese and of a single repeated character; and how much longer the last takes than half as much. All times
 * are processor time, including the garbage collector, so that other load does not count. Vocabularies are the GGUF files in the
 * folder `FORETOKEN_VOCAB`, or ../shared/vocab if it exists, and that of a bundled model.
 *
 * @param {string} root folder of package.json
 * @param {{ repetitions: number }} options the first of which warms up and does not count
 */
export async function measureTokenizers(root, { repetitions }) {
  const built = await buildFor(root);
  try {
    const texts = textsOf(root);
    const results = [];
    for (const path of vocabularies(root)) results.push(await measureOne(built, path, texts, repetitions));
    return results;
  } finally {
    await built.remove();
  }
}

async function measureOne(
  { tokenizer: { createTokenizer, vocabularyFrom }, gguf },
  path,
  texts,
  repetitions,
) {
  const bytes = path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path);
  const open = async () =>
    createTokenizer(vocabularyFrom(await gguf.readGgufMetadata(await gguf.openSource(bytes))));
  const readyMs = [];
  const speeds = {};
  const growth = {};
  let tokenizer;
  for (let i = 0; i <= repetitions; i++) {
    const started = process.cpuUsage();
    tokenizer = await open();
    readyMs.push(msSince(started));
    for (const [name, text] of Object.entries(texts)) {
      const ms = timeOf(() => tokenizer.encode(text, PLAIN));
      speeds[name] = [...(speeds[name] ?? []), new TextEncoder().encode(text).length / 1e3 / ms];
      if (!name.startsWith('only')) continue;
      const halfMs = timeOf(() => tokenizer.encode(text.slice(0, text.length / 2), PLAIN));
      growth[name] = [...(growth[name] ?? []), ms / halfMs];
    }
  }
  const medians = lists =>
    Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, median(list)]));
  return {
    file: path.split(/[/\\]/).at(-1),
    nVocab: tokenizer.nVocab,
    readyMs: median(readyMs),
    megabytesPerSecond: medians(speeds),
    timeOfAllToHalf: medians(growth),
  };
}

function timeOf(work) {
  const started = process.cpuUsage();
  work();
  return msSince(started);
}

function msSince(started) {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

/** Median without the first value, which warms up. */
function median([, ...values]) {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  return Number(middle.toPrecision(3));
}

function vocabularies(root) {
  const folder = process.env.FORETOKEN_VOCAB ?? join(root, '..', 'shared', 'vocab');
  const names = existsSync(folder) ? readdirSync(folder).filter(name => /\.gguf(\.gz)?$/.test(name)) : [];
  return [
    join(root, 'public', 'models', 'foretoken-stories-draft-q4_0.gguf'),
    ...names.map(name => join(folder, name)),
  ];
}

/** Generates a megabyte of UTF-8 of each kind, the same in every run. */
function textsOf(root) {
  const random = seeded(1);
  const pick = list => list[Math.floor(random() * list.length)];
  const words = filesUnder(root, ['docs', 'README.md'], /\.md$/).split(/(?<=\s)/);
  // Common characters are more frequent than rare ones, in clauses of 5 to 25.
  const ideograph = () => String.fromCharCode(0x4e00 + Math.floor(3000 * random() * random()));
  const clause = () =>
    Array.from({ length: 5 + Math.floor(20 * random()) }, ideograph).join('') + pick(['，', '。', '\n']);
  return {
    english: filled(1_000_000, () => pick(words)),
    code: filesUnder(root, ['src'], /\.ts$/).slice(0, 1_000_000),
    chinese: filled(333_333, clause),
    onlyOneLetter: 'a'.repeat(1_000_000),
    onlySpaces: ' '.repeat(1_000_000),
    onlyEmoji: '🙂'.repeat(250_000),
  };
}

function filled(length, next) {
  const parts = [];
  for (let n = 0; n < length; n += parts.at(-1).length) parts.push(next());
  return parts.join('');
}

function filesUnder(root, folders, pattern) {
  const read = path => {
    if (path.endsWith('.md')) return readFileSync(path, 'utf8');
    const names = readdirSync(path, { recursive: true }).filter(name => pattern.test(name));
    return names
      .sort()
      .map(name => readFileSync(join(path, name), 'utf8'))
      .join('\n');
  };
  return folders.map(folder => read(join(root, folder))).join('\n');
}

/** Numbers from 0 to 1: Numerical Recipes' generator, whose high bits are good enough. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Builds the tokenizers as JavaScript, into a folder that `remove` deletes. */
async function buildFor(root) {
  const { build } = await import('vite');
  const outDir = await mkdtemp(join(tmpdir(), 'foretoken-bench-'));
  const input = { tokenizer: join(root, 'src/tokenizer/index.ts'), gguf: join(root, 'src/gguf/index.ts') };
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, ssr: true, target: 'node20', rolldownOptions: { input } },
  });
  const load = name => import(pathToFileURL(join(outDir, `${name}.js`)).href);
  return {
    tokenizer: await load('tokenizer'),
    gguf: await load('gguf'),
    remove: () => rm(outDir, { recursive: true, force: true }),
  };
}
