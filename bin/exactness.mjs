// npm run exactness [-- --prompts N --predict N --output FILE]: the same prompts on servers with and without a draft, with
// 1 and 4 busy slots, in chunks of 16 and 256, greedy and sampled: every token and every bit of the logits has to be the
// same. Answers are kept in FILE, one JSON a line, and a run that was interrupted goes on from there.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { freshen } from './fresh.mjs';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAIR = {
  model: 'models/foretoken-stories-moe-q4_0.gguf',
  modelDraft: 'models/foretoken-stories-draft-q4_0.gguf',
};
/** Answers of one server, which are then written to the file. */
const GROUP = 64;

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
      prompts: { type: 'string', default: '20' },
      predict: { type: 'string', default: '128' },
      output: { type: 'string', default: 'exactness.jsonl' },
    },
  });
  const nPrompts = positive(values.prompts, 'prompts');
  const nPredict = positive(values.predict, 'predict');
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
    // Adapters that give the same name are told apart by what they can do.
    const named = [adapter.vendor, adapter.architecture, ...adapter.features].filter(Boolean).join(' ');
    const run = { adapter: named, ...PAIR, nPredict };
    const records = await answerAll(page, { run, nPrompts, file: resolve(values.output) });
    const verdict = await page.evaluate(all => window.harness.judgeExactness(all), records);
    const { passed, summary } = verdict;
    console.log(
      JSON.stringify({ date: new Date().toISOString(), browser: browser.version(), ...run, ...verdict }),
    );
    console.log(`${passed ? 'passed' : 'failed'} on ${adapter.architecture}: ${summary}`);
    return passed;
  } finally {
    await browser.close();
    await site.close();
  }
}

/**
 * What is in the file already, and the answers that it lacks.
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
