import { chromiumFlags } from './chromium.mjs';

/** The bundled pair, as in public/models. */
const OPTIONS = {
  model: 'models/foretoken-stories-moe-q4_0.gguf',
  modelDraft: 'models/foretoken-stories-draft-q4_0.gguf',
  nCtx: 512,
  draftMax: 8,
};
const REQUEST = { prompt: 'Once upon a time', n_predict: 48, temperature: 0 };
const LIMIT_MS = 180_000;

/**
 * Opens the served site in a headless Chromium, answers one short completion on WebGPU there, and describes it.
 *
 * @param {string} url of the site
 * @param {string} executablePath of Chromium
 * @param {AbortSignal} signal ends it early: closes the browser and rejects
 * @returns {Promise<string>} lines for a person to read
 */
export async function prove(url, executablePath, signal) {
  const { chromium } = await import('playwright');
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const browser = await chromium.launch({
    executablePath,
    args: chromiumFlags(),
    // Signals are the business of whoever called.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const close = () => browser.close();
  limit.addEventListener('abort', close, { once: true });
  try {
    limit.throwIfAborted();
    const page = await browser.newPage();
    await page.goto(new URL('harness.html', url).href);
    return describe(await page.evaluate(complete, { options: OPTIONS, request: REQUEST }));
  } catch (error) {
    limit.throwIfAborted();
    throw error;
  } finally {
    limit.removeEventListener('abort', close);
    await close();
  }
}

/** Runs in the page. */
async function complete({ options, request }) {
  const server = await window.foretoken.createServer(options);
  try {
    const response = await server.fetch('/completion', { method: 'POST', body: JSON.stringify(request) });
    const body = await response.json();
    if (!response.ok) throw new Error(body.error.message);
    return { adapter: server.report.adapter, content: body.content, timings: body.timings };
  } finally {
    await server.close();
  }
}

/** @returns {string} */
function describe({ adapter, content, timings }) {
  const name =
    [adapter.vendor, adapter.architecture, adapter.description].filter(Boolean).join(' ') || 'unnamed';
  const { draft_n: drafted = 0, draft_n_accepted: accepted = 0 } = timings;
  const percent = drafted === 0 ? 'nothing' : `${Math.round((100 * accepted) / drafted)} %`;
  return [
    `  adapter     ${name}${adapter.isFallback ? ' (software: no GPU was used)' : ''}`,
    `  text        ${JSON.stringify(REQUEST.prompt + content)}`,
    `  speed       prompt ${timings.prompt_per_second.toFixed(1)}, generation ${timings.predicted_per_second.toFixed(1)} tokens/s`,
    `  acceptance  ${percent} of ${drafted} draft tokens`,
  ].join('\n');
}
