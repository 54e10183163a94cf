// npm run bench:peers [-- [--repetitions N] [--out FILE] [stories260k|moe|random|smollm2|qwen3 ...]]: compares Foretoken and
// wllama in headless Chromium, alternating, on the same models and prompts. Prints the ratios, and every sample as JSON. The last
// two have the true shape of a model, so they need a GPU; without names they are left out.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBenchmark } from '../bench/command.mjs';
import { serveBenchSite } from '../bench/site.mjs';
import { peerTable } from '../bench/tables.mjs';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Test model that may not be published; used if it lies beside the clone, as by the tests.
const STORIES260K =
  process.env.FORETOKEN_STORIES260K ?? join(root, '..', 'shared', 'models', 'stories260K.gguf');
const MOE = 'foretoken-stories-moe-q4_0';

/** Models of the page, by their names on the command line. */
const MODELS = {
  stories260k: () => ({
    name: 'stories260K F32',
    model: { kind: 'bytes', base64: readFileSync(STORIES260K).toString('base64') },
  }),
  moe: () => ({ name: MOE, model: { kind: 'file', path: `../models/${MOE}.gguf` } }),
  random: () => ({ name: 'random 18M Q4_0', model: { kind: 'random', shape: '18M' } }),
  smollm2: () => ({ name: 'SmolLM2-360M Q8_0, random', model: { kind: 'random', shape: 'SmolLM2-360M' } }),
  qwen3: () => ({ name: 'Qwen3-0.6B Q4_K_M, random', model: { kind: 'random', shape: 'Qwen3-0.6B' } }),
};
const SMALL = ['stories260k', 'moe', 'random'];
const MEASURED = { nPredict: 64, prompts: [128, 512], limitMs: 120_000 };

await runBenchmark(
  'bench:peers',
  { root, parts: Object.keys(MODELS), defaults: SMALL },
  async ({ repetitions, parts }) => {
    installPackages(root);
    const result = await comparePeers(repetitions, parts);
    console.error(peerTable(result));
    return result;
  },
);

async function comparePeers(repetitions, parts) {
  const { chromium } = await import('playwright');
  const site = await serveBenchSite(root);
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumFlags() });
  try {
    const models = [];
    for (const { name, model } of modelsToCompare(parts)) {
      console.error(`Comparing on ${name}`);
      const page = await browser.newPage();
      await page.goto(site.url);
      const comparison = await page.evaluate(
        ([model, options]) => window.bench.comparePeers(model, options),
        [model, { ...MEASURED, repetitions }],
      );
      models.push({ name, ...comparison });
      await page.close();
    }
    return { browser: browser.version(), wllama: wllamaVersion(), ...MEASURED, models };
  } finally {
    await browser.close();
    await site.close();
  }
}

function modelsToCompare(parts) {
  const available = parts.filter(part => part !== 'stories260k' || existsSync(STORIES260K));
  if (available.length < parts.length) {
    console.error('Without stories260K: set FORETOKEN_STORIES260K to its path');
  }
  return available.map(part => MODELS[part]());
}

function wllamaVersion() {
  const path = join(root, 'node_modules', '@wllama', 'wllama', 'package.json');
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
