// npm run spec-bench [-- -m FILE -md FILE --kinds LIST --temperature LIST --runs N --predict N --only REGEX --prompts FILE
// --options JSON --adapter NAME --json FILE]: answers the same prompts with every kind of speculation that the model offers and
// without, in headless Chromium, and compares speed, acceptance by position and tokens. Prints Markdown; FILE gets everything as
// JSON, which spec-bench.html draws. Fails if any answer differs from that without speculation, and names the first.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSpecBenchArguments } from '../bench/specBench/arguments.mjs';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { freshen } from './fresh.mjs';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const BUNDLED = {
  model: join(root, 'public', 'models', 'foretoken-stories-moe-q4_0.gguf'),
  modelDraft: join(root, 'public', 'models', 'foretoken-stories-draft-q4_0.gguf'),
};
const PLAIN = 'none';

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(`npm run spec-bench: ${error.message}`);
  process.exitCode = 1;
}

/** @returns {Promise<boolean>} whether all answers are the same */
async function main() {
  const asked = readSpecBenchArguments(process.argv.slice(2), path => readFileSync(path, 'utf8'));
  // The draft model is trained for the bundled target.
  const files = asked.model === null ? { ...BUNDLED, ...given({ modelDraft: asked.modelDraft }) } : asked;
  installPackages(root);
  await freshen(root);
  const { chromium } = await import('playwright');
  const { preview } = await import('vite');
  const site = await preview({ root, logLevel: 'warn', preview: { port: 8093 } });
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumFlags() });
  try {
    const page = await browser.newPage();
    await page.goto(new URL('harness.html', site.resolvedUrls.local[0]).href);
    const kinds = asked.kinds ?? (await page.evaluate(() => window.harness.draftKinds()));
    const { answers, absent, adapter } = await answerAll(page, { ...asked, ...files, kinds });
    const [missing] = asked.kinds === null ? [] : absent;
    if (missing) throw new Error(`there is no ${missing.kind}: ${missing.reason}`);
    const conditions = {
      date: new Date().toISOString(),
      commit: commit(),
      browser: browser.version(),
      adapter: asked.adapter ?? adapter,
      model: basename(files.model),
      modelDraft: files.modelDraft && basename(files.modelDraft),
      nPredict: asked.nPredict,
      runs: asked.runs,
      temperatures: asked.temperatures,
      absent,
    };
    const report = ([answers, conditions]) => window.harness.reportSpecBench(answers, conditions);
    const { bench, markdown, verdict } = await page.evaluate(report, [answers, conditions]);
    if (asked.json !== null) writeFileSync(asked.json, `${JSON.stringify(bench, null, 1)}\n`);
    console.log(markdown);
    if (!bench.exact) console.error(verdict);
    return bench.exact;
  } finally {
    await browser.close();
    await site.close();
  }
}

/**
 * Answers of all runs. Every run has a server of each kind in turn, so that other load slows down all kinds alike, and begins with
 * another kind than the run before, since the first server of a run may find the machine cooler.
 */
async function answerAll(page, { model, modelDraft, kinds, runs, ...questions }) {
  const input = await page.evaluateHandle(() =>
    Object.assign(document.createElement('input'), { type: 'file', multiple: true }),
  );
  await input
    .asElement()
    ?.setInputFiles([model, ...(modelDraft ? [modelDraft] : [])].map(path => resolve(path)));
  const { prompts, temperatures, nPredict, options } = questions;
  const answers = [];
  const absent = [];
  let adapter = '';
  let offered = [PLAIN, ...kinds.filter(kind => kind !== PLAIN)];
  for (let run = 0; run < runs; run++) {
    for (const kind of rotated(offered, run)) {
      console.error(`run ${run + 1} of ${runs}: ${kind}`);
      const pass = await page.evaluate(
        ([input, asked]) => {
          const [model, modelDraft = null] = input.files;
          return window.harness.answerSpecBench({ ...asked, model, modelDraft });
        },
        [input, { kind, run, prompts, temperatures, nPredict, options }],
      );
      if (pass.offered) {
        answers.push(...pass.answers);
        adapter = pass.adapter;
      } else absent.push({ kind, reason: pass.reason });
    }
    offered = offered.filter(kind => absent.every(missing => missing.kind !== kind));
  }
  return { answers, absent, adapter };
}

/** @template T @param {readonly T[]} items @param {number} by places */
function rotated(items, by) {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

/** Fields that are not null. */
function given(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** Commit of the measured code, in a clone. */
function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return '';
  }
}
