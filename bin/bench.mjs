// npm run bench [-- --repetitions N]: speed and WebGPU calls of the bundled models in headless Chromium, and how long
// `foretoken serve` takes to start, as one JSON.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureBoot } from '../bench/boot.mjs';
import { measure } from '../bench/measure.mjs';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { freshen } from './fresh.mjs';
import { installPackages } from './install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const DRAFT = 'models/foretoken-stories-draft-q4_0.gguf';
const TARGETS = ['foretoken-stories-moe-q4_0', 'foretoken-stories-moe-f16', 'foretoken-stories-draft-q4_0'];

try {
  const { values } = parseArgs({ options: { repetitions: { type: 'string', default: '5' } } });
  const repetitions = Number(values.repetitions);
  if (!Number.isInteger(repetitions) || repetitions < 1) {
    throw new Error(`repetitions are ${values.repetitions}, but must be a whole number from 1`);
  }
  console.log(JSON.stringify(await bench(repetitions), null, 2));
} catch (error) {
  console.error(`npm run bench: ${error.message}`);
  process.exitCode = 1;
}

async function bench(repetitions) {
  installPackages(root);
  await freshen(root);
  const executablePath = ensureChromium();
  const { chromium } = await import('playwright');
  const boot = await measureBoot(root, { model: `public/${DRAFT}`, repetitions });
  const site = await serveSite();
  const browser = await chromium.launch({ executablePath, args: chromiumFlags() });
  try {
    const models = [];
    for (const target of TARGETS) {
      const page = await browser.newPage();
      await page.goto(new URL('harness.html', site.url).href);
      const options = { model: `models/${target}.gguf`, modelDraft: DRAFT, nPredict: 64, repetitions };
      models.push(await page.evaluate(measure, options));
      await page.close();
    }
    return { date: new Date().toISOString(), browser: browser.version(), repetitions, boot, models };
  } finally {
    await browser.close();
    await site.close();
  }
}

/** The built site on some port of this machine. */
async function serveSite() {
  const { preview } = await import('vite');
  const server = await preview({ root, logLevel: 'warn', preview: { port: 8090 } });
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}
