// npm run bench [-- [--repetitions N] [--out FILE] [--report FILE] [boot|models|speculation|lookups|products|types|repack|tokenizer ...]]:
// measures, as one JSON, in headless Chromium: speed and WebGPU calls of the bundled models, cost and gain of speculation, matrix
// products beside plain reads, the products of every weight type beside Q4_0's, and the speed of repacking and loading weights;
// also the start of `foretoken serve`, and the speed of tokenizers in Node. With a report of the lab, the gain of speculation is
// predicted for the report's GPU.
import { fileURLToPath } from 'node:url';
import { measureBoot } from '../bench/boot.mjs';
import { runBenchmark } from '../bench/command.mjs';
import { measure } from '../bench/measure.mjs';
import { serveBenchSite } from '../bench/site.mjs';
import { measureTokenizers } from '../bench/tokenizer.mjs';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { freshen } from './fresh.mjs';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const DRAFT = 'models/foretoken-stories-draft-q4_0.gguf';
const TARGETS = ['foretoken-stories-moe-q4_0', 'foretoken-stories-moe-f16', 'foretoken-stories-draft-q4_0'];

/** Parts that need no browser. */
const NODE_PARTS = { tokenizer: options => measureTokenizers(root, options) };

/** Parts that are measured in their own pages. */
const BROWSER_PARTS = {
  boot: (_, { repetitions }) => measureBoot(root, { model: `public/${DRAFT}`, repetitions }),
  models: measureModels,
  speculation: (browser, { url, repetitions, report }) => {
    const options = { model: `../models/${TARGETS[0]}.gguf`, modelDraft: `../${DRAFT}`, repetitions, report };
    return inPage(browser, url, options => window.bench.measureSpeculation(options), options);
  },
  lookups: (browser, { url, repetitions }) => {
    const options = { model: { kind: 'file', path: `../models/${TARGETS[0]}.gguf` }, repetitions };
    return inPage(
      browser,
      url,
      ({ model, repetitions }) => window.bench.measureLookups(model, repetitions),
      options,
    );
  },
  products: (browser, { url, repetitions }) =>
    inPage(browser, url, repetitions => window.bench.measureProducts(repetitions), repetitions),
  types: (browser, { url, repetitions }) =>
    inPage(browser, url, repetitions => window.bench.measureWeightTypes(repetitions), repetitions),
  repack: (browser, { url, repetitions }) =>
    inPage(browser, url, repetitions => window.bench.measureRepack(repetitions), repetitions),
};

const known = [...Object.keys(BROWSER_PARTS), ...Object.keys(NODE_PARTS)];
await runBenchmark('bench', { root, parts: known }, async ({ repetitions, parts, report }) => {
  installPackages(root);
  const result = {};
  for (const part of parts) if (part in NODE_PARTS) result[part] = await NODE_PARTS[part]({ repetitions });
  const inBrowser = parts.filter(part => part in BROWSER_PARTS);
  return inBrowser.length === 0
    ? result
    : { ...(await measureInBrowser(inBrowser, { repetitions, report })), ...result };
});

async function measureInBrowser(parts, options) {
  await freshen(root);
  const { chromium } = await import('playwright');
  const site = await serveBenchSite(root);
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumFlags() });
  try {
    const result = { browser: browser.version() };
    for (const part of parts)
      result[part] = await BROWSER_PARTS[part](browser, { url: site.url, ...options });
    return result;
  } finally {
    await browser.close();
    await site.close();
  }
}

async function measureModels(browser, { repetitions }) {
  const site = await serveSite();
  try {
    const models = [];
    for (const target of TARGETS) {
      const options = { model: `models/${target}.gguf`, modelDraft: DRAFT, nPredict: 64, repetitions };
      models.push(await inPage(browser, new URL('harness.html', site.url).href, measure, options));
    }
    return models;
  } finally {
    await site.close();
  }
}

/** Resolves to the result of `work` in a fresh page at `url`. */
async function inPage(browser, url, work, options) {
  const page = await browser.newPage();
  try {
    await page.goto(url);
    return await page.evaluate(work, options);
  } finally {
    await page.close();
  }
}

/** Serves the built site on a port of this machine. */
async function serveSite() {
  const { preview } = await import('vite');
  const server = await preview({ root, logLevel: 'warn', preview: { port: 8090 } });
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}
