// npm run zoo [-- --only REGEX --json FILE --write --adapter NAME]: compares every model of a zoo of small ones with llama.cpp's
// answers, in headless Chromium: tokens, greedy text, log-probabilities, drafts, split files, embeddings. FORETOKEN_ZOO is the
// folder with NAME.gguf and NAME.json. Prints a line for each model. With --write the results go into docs/models.md, under the
// adapter's name, or under NAME if two adapters share theirs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { goldens, judgeInPage, ZOO } from '../bench/zoo.mjs';
import { withResults } from '../bench/zooTable.mjs';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { freshen } from './fresh.mjs';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const DOCS = join(root, 'docs', 'models.md');
/** Time limit of a model, after which it counts as hanging. */
const LIMIT_MS = 600_000;
/** Architectures that may be refused: encoders. All others must pass. */
const LATER = new Set([
  'bert',
  'jina-bert-v2',
  'modern-bert',
  'nomic-bert',
  'nomic-bert-moe',
  'gemma-embedding',
]);

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(`npm run zoo: ${error.message}`);
  process.exitCode = 1;
}

/** @returns {Promise<boolean>} whether all models pass, except those that may be refused */
async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
      adapter: { type: 'string' },
    },
  });
  const all = goldens();
  if (all.length === 0) throw new Error(`there is no folder ${ZOO}; name the zoo's with FORETOKEN_ZOO`);
  const chosen = all.filter(({ model }) => new RegExp(values.only ?? '').test(model));
  if (chosen.length === 0) throw new Error(`no model of ${ZOO} matches ${values.only}`);
  installPackages(root);
  await freshen(root);
  const { chromium } = await import('playwright');
  const { preview } = await import('vite');
  const site = await preview({ root, logLevel: 'warn', preview: { port: 8092 } });
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumFlags() });
  try {
    const address = new URL('harness.html', site.resolvedUrls.local[0]).href;
    const results = [];
    const page = await browser.newPage();
    await page.goto(address);
    const { vendor, architecture, description } = await page.evaluate(() => window.harness.adapter());
    await page.close();
    const adapter = values.adapter || architecture || description || vendor || 'unnamed';
    for (const golden of chosen) {
      const result = await judge(browser, address, golden, all);
      results.push(result);
      console.log(line(result));
    }
    const run = { date: new Date().toISOString(), browser: browser.version(), adapter, results };
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(run, null, 1)}\n`);
    if (values.write) writeFileSync(DOCS, withResults(readFileSync(DOCS, 'utf8'), run));
    const count = outcome => results.filter(result => result.outcome === outcome).length;
    console.log(
      `on ${adapter}: ${count('holds')} of ${results.length} models hold, ${count('refused')} are refused, ${count('fails')} fail`,
    );
    return results.every(isExpected);
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Judges one model in a separate page. */
async function judge(browser, address, golden, all) {
  const page = await browser.newPage();
  const begin = Date.now();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    await page.goto(address);
    return resultOf(golden, await Promise.race([judgeInPage(page, golden, all), late]), begin);
  } catch (error) {
    const fault = String(error.message).split('\n')[0];
    return resultOf(golden, { outcome: 'fails', faults: [fault], nChecks: 0, error: 0 }, begin);
  } finally {
    clearTimeout(timer);
    await page.close();
  }
}

function resultOf({ model, arch, types, what, rerank }, verdict, begin) {
  const mayBeRefused = LATER.has(arch) || rerank !== undefined;
  return {
    model,
    arch,
    types,
    what,
    mayBeRefused,
    ...verdict,
    seconds: Math.round((Date.now() - begin) / 1000),
  };
}

function isExpected({ outcome, mayBeRefused }) {
  return outcome === 'holds' || (outcome === 'refused' && mayBeRefused);
}

function line({ model, outcome, faults, nChecks, error, seconds, mayBeRefused }) {
  const [first] = faults;
  const sayings = {
    holds: () => `${nChecks} checks, error ${error.toExponential(0)}`,
    fails: () => `${faults.length} of ${nChecks}; ${first}`,
    refused: () => `${mayBeRefused ? '' : 'but should not be: '}${first}`,
  };
  return `${outcome.padEnd(7)}  ${model.padEnd(28)} ${`${seconds} s`.padStart(5)}  ${sayings[outcome]()}`;
}
