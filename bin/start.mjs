// npm start: installs and builds missing parts, runs `foretoken serve` with the bundled pair, and checks it by completing a
// prompt through its port. The page, a chat, is at the same address.
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureChromium } from './chromium.mjs';
import { freshen } from './fresh.mjs';
import { installPackages } from './install.mjs';
import { machineAt } from './machine.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const model = name => join(root, 'public', 'models', `foretoken-stories-${name}-q4_0.gguf`);
const PAIR = ['-m', model('moe'), '-md', model('draft')];
const FLAGS = ['-a', 'foretoken-stories-moe', '-c', '512', '--draft-max', '8'];
const REQUEST = { prompt: 'Once upon a time', n_predict: 48, temperature: 0 };
const LAST_PORT = 65_535;

try {
  await start();
} catch (error) {
  console.error(`npm start: ${error.message}`);
  process.exitCode = 1;
}

async function start() {
  const wanted = portOption();
  installPackages(root);
  await freshen(root);
  const port = await freePort(wanted);
  const { main } = await import('../dist-cli/main.js');
  await main(['serve', ...PAIR, ...FLAGS, '--port', String(port), ...browserArguments()], {
    ...machineAt(root, ensureChromium),
    ready: ({ url, report }) => void prove(url, report.adapter),
  });
}

/** Without a browser the server runs all the same: the user may open the printed address elsewhere. */
function browserArguments() {
  try {
    ensureChromium();
    return [];
  } catch (error) {
    console.log(`Not tried in a browser: ${error.message}`);
    return ['--attach'];
  }
}

/** Completes one prompt like any client, and prints the result. */
async function prove(url, adapter) {
  try {
    const body = JSON.stringify(REQUEST);
    const response = await fetch(new URL('completion', url), { method: 'POST', body });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error.message);
    console.log(description(adapter, answer));
    console.log(`\nTry it, or open ${url} for a page that runs the same models in your own browser:`);
    console.log(`  curl ${url}completion -d '${body}'`);
    console.log('\nServing until Ctrl-C');
  } catch (error) {
    // Ignore a connection that ends with the server.
    if (error.cause?.code === 'UND_ERR_SOCKET' || error.cause?.code === 'ECONNREFUSED') return;
    console.error(`The proof failed: ${error.message}`);
    process.exitCode = 1;
  }
}

function description(adapter, { content, timings }) {
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

/** `--port`, then `PORT`, then 8080. */
function portOption() {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const text = values.port ?? process.env.PORT ?? '8080';
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > LAST_PORT) {
    throw new Error(`the port is ${text}, but it must be a whole number from 1 to ${LAST_PORT}`);
  }
  return port;
}

/** The first free port from `first` on. */
async function freePort(first) {
  for (let port = first; port <= LAST_PORT; port++) if (await isFree(port)) return port;
  throw new Error(`no port from ${first} to ${LAST_PORT} is free; name another with --port`);
}

/** @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise(resolve => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
