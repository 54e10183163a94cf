// npm start: installs what is missing, builds, serves the page, proves that it works, and goes on serving.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureChromium } from './chromium.mjs';
import { installPackages } from './install.mjs';
import { prove } from './prove.mjs';
import { buildSite, serveSite } from './site.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

try {
  await main();
} catch (error) {
  console.error(`npm start: ${error.message}`);
  process.exitCode = 1;
}

async function main() {
  const port = portOption();
  installPackages(root);
  console.log('Building');
  await buildSite(root);
  const site = await serveSite(root, port);
  console.log(`Foretoken is at ${site.url}\n`);

  const stopping = new AbortController();
  // A terminal and npm both pass Ctrl-C on, so it may come twice: the handlers stay.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopping.abort());
  const stopped = once(stopping.signal, 'abort');
  try {
    if (!(await showProof(site.url, stopping.signal))) process.exitCode = 1;
    if (!stopping.signal.aborted) {
      console.log(`\nServing ${site.url} until Ctrl-C`);
      await stopped;
    }
  } finally {
    await site.close();
  }
}

/** @returns {Promise<boolean>} false when the page did not work; a machine without a browser proves nothing. */
async function showProof(url, signal) {
  let executable;
  try {
    executable = ensureChromium();
  } catch (error) {
    console.log(`Not tried in a browser: ${error.message}`);
    return true;
  }
  console.log('One completion in headless Chromium, on WebGPU:');
  try {
    console.log(await prove(url, executable, signal));
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    console.error(`  failed: ${error.message}`);
    return false;
  }
}

/** `--port`, then `PORT`, then 8080. */
function portOption() {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const text = values.port ?? process.env.PORT ?? '8080';
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`the port is ${text}, but it must be a whole number from 1 to 65535`);
  }
  return port;
}
