// npm run exactness [-- --prompts N --predict N --output FILE]: sends the same prompts to servers with and without a draft, with
// 1 and 4 busy slots, in chunks of 16 and 256, greedy and sampled. Every token and every bit of the logits has to be the same.
// Answers are kept in FILE, one JSON per line, and an interrupted run continues from there.
// npm run exactness -- --zoo [--only REGEX]: does the same in short for models of the zoo, whose folder FORETOKEN_ZOO names.
// Prints a line for each; the answers are not kept. With --mtp an MTP head drafts, which is made for a variant of each model.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { goldens, ZOO } from '../bench/zoo.mjs';
import { EXACTNESS_ZOO, MTP_ZOO, proveInPage } from '../bench/zooExactness.mjs';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { freshen } from './fresh.mjs';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAIR = {
  model: 'models/foretoken-stories-moe-q4_0.gguf',
  modelDraft: 'models/foretoken-stories-draft-q4_0.gguf',
};
/** Number of answers of one server before they are written to the file. */
const GROUP = 64;
/** Tokens of an answer by a model of the zoo. */
const ZOO_PREDICT = 24;

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(`npm run exactness: ${error.message}`);
  process.exitCode = 1;
}

/** @returns {Promise<boolean>} whether all answers were the same */
async function main() {
  const { values } = parseArgs({
    options: {
      prompts: { type: 'string' },
      predict: { type: 'string' },
      output: { type: 'string' },
      zoo: { type: 'boolean', default: false },
      mtp: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const prove = values.zoo ? zooProof(values) : pairProof(values);
  installPackages(root);
  await freshen(root);
  const { chromium } = await import('playwright');
  const { preview } = await import('vite');
  const site = await preview({ root, logLevel: 'warn', preview: { port: 8091 } });
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumFlags() });
  try {
    const page = await browser.newPage();
    await page.goto(new URL('harness.html', site.resolvedUrls.local[0]).href);
    const adapter = await page.evaluate(() => window.harness.adapter());
    // Features distinguish adapters with the same name.
    const named = [adapter.vendor, adapter.architecture, ...adapter.features].filter(Boolean).join(' ');
    const where = { date: new Date().toISOString(), browser: browser.version(), adapter: named };
    const passed = await prove(page, where);
    console.log(`${passed ? 'passed' : 'failed'} on ${adapter.architecture}`);
    return passed;
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Proof of the bundled pair. */
function pairProof({ prompts = '20', predict = '128', output = 'exactness.jsonl', only, mtp }) {
  if (mtp) throw new Error('--mtp goes with --zoo');
  if (only !== undefined) throw new Error('--only chooses among the models of --zoo');
  const nPrompts = positive(prompts, 'prompts');
  const nPredict = positive(predict, 'predict');
  return async (page, { adapter, ...where }) => {
    const run = { adapter, ...PAIR, nPredict };
    const records = await answerAll(page, { run, nPrompts, file: resolve(output) });
    const verdict = await page.evaluate(all => window.harness.judgeExactness(all), records);
    console.log(JSON.stringify({ ...where, ...run, ...verdict }));
    console.log(verdict.summary);
    return verdict.passed;
  };
}

/** Proof of models of the zoo, in the half of the settings that has every combination of any three choices. */
function zooProof({ prompts, predict, output, only = '', mtp }) {
  if (prompts ?? predict ?? output) throw new Error('--zoo goes with --only, and with no other option');
  const all = goldens();
  if (all.length === 0) throw new Error(`there is no folder ${ZOO}; name the zoo's with FORETOKEN_ZOO`);
  const offered = mtp ? MTP_ZOO : EXACTNESS_ZOO;
  const chosen = [...offered.keys()].filter(name => new RegExp(only).test(name));
  if (chosen.length === 0)
    throw new Error(`--only ${only} matches none of ${[...offered.keys()].join(', ')}`);
  return async page => {
    const { half } = await page.evaluate(() => window.harness.exactnessSettings());
    let nFailed = 0;
    for (const name of chosen) {
      const begin = Date.now();
      const golden = all.find(({ model }) => model === `${name}.gguf`);
      if (golden === undefined) throw new Error(`${ZOO} lacks ${name}.gguf`);
      const verdict = await proveInPage(page, golden, all, { settings: half, nPredict: ZOO_PREDICT, mtp });
      // Drafts that are all rejected prove only half.
      const passed = verdict.passed && verdict.nAccepted > 0;
      if (!passed) nFailed++;
      const drafted = `${verdict.nAccepted} of ${verdict.nDrafted} drafted tokens accepted`;
      const seconds = Math.round((Date.now() - begin) / 1000);
      console.log(`${passed ? 'passed' : 'failed'}  ${name}  ${seconds} s  ${verdict.summary}; ${drafted}`);
      for (const difference of verdict.differences) console.log(`  ${difference}`);
    }
    return nFailed === 0;
  };
}

/**
 * Reads the answers in the file, and adds the missing ones.
 *
 * @param {import('playwright').Page} page
 * @param {{ run: typeof PAIR & { adapter: string, nPredict: number }, nPrompts: number, file: string }} options
 */
async function answerAll(page, { run, nPrompts, file }) {
  const id = JSON.stringify(run);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  const records = lines
    .map(line => JSON.parse(line))
    .filter(line => line.run === id && line.prompt < nPrompts);
  const keyOf = ({ setting, temperature, prompt }) => JSON.stringify([setting, temperature, prompt]);
  const known = new Set(records.map(keyOf));
  const { settings, temperatures } = await page.evaluate(() => window.harness.exactnessSettings());
  const begin = Date.now();
  for (const [i, setting] of settings.entries()) {
    const missing = Array.from({ length: nPrompts }, (_, prompt) =>
      temperatures.map(temperature => ({ prompt, temperature })),
    )
      .flat()
      .filter(question => !known.has(keyOf({ setting, ...question })));
    for (let at = 0; at < missing.length; at += GROUP) {
      const options = { ...run, setting, questions: missing.slice(at, at + GROUP) };
      const answers = await page.evaluate(given => window.harness.runExactness(given), options);
      const found = answers.map(answer => ({ run: id, setting, ...answer }));
      appendFileSync(file, found.map(record => `${JSON.stringify(record)}\n`).join(''));
      records.push(...found);
    }
    const seconds = Math.round((Date.now() - begin) / 1000);
    console.error(`${i + 1} of ${settings.length} settings, ${records.length} answers, ${seconds} s`);
  }
  return records;
}

/** @param {string} text @param {string} name */
function positive(text, name) {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} is ${text}, but must be a whole number from 1`);
}
