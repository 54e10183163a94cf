import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const LIMIT_MS = 60_000;
const POLL_MS = 10;

/**
 * Starts `foretoken serve` repeatedly, each time until `/health` returns 200. Measures the time to the open port, to the end of
 * loading, and from SIGTERM to the end of the process.
 *
 * @param {string} root folder of package.json
 * @param {{ model: string, repetitions: number }} options
 */
export async function measureBoot(root, { model, repetitions }) {
  const runs = [];
  // The first run warms up the caches of the operating system.
  for (let i = 0; i <= repetitions; i++) {
    const run = await boot(root, model);
    if (i > 0) runs.push(run);
  }
  const summary = key => {
    const values = runs.map(run => Math.round(run[key])).toSorted((a, b) => a - b);
    return { median: values[Math.floor(values.length / 2)], min: values[0], max: values.at(-1) };
  };
  return { model, listeningMs: summary('listeningMs'), readyMs: summary('readyMs'), endMs: summary('endMs') };
}

async function boot(root, model) {
  const port = await freePort();
  const begin = performance.now();
  const arguments_ = [
    join(root, 'bin', 'foretoken'),
    'serve',
    '-m',
    join(root, model),
    '--port',
    String(port),
  ];
  const child = spawn(process.execPath, arguments_, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'close');
  let listeningMs;
  for (;;) {
    const status = await fetch(`http://127.0.0.1:${port}/health`).then(
      response => response.status,
      () => null,
    );
    const elapsed = performance.now() - begin;
    if (status !== null) listeningMs ??= elapsed;
    if (status === 200) break;
    if (child.exitCode !== null || elapsed > LIMIT_MS) {
      child.kill();
      throw new Error(`foretoken serve -m ${model} was not ready after ${Math.round(elapsed)} ms`);
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
  const ready = performance.now();
  child.kill('SIGTERM');
  await ended;
  return { listeningMs, readyMs: ready - begin, endMs: performance.now() - ready };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
