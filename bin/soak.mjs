// npm run soak [-- --seconds N] [--clients N] [--slots N]: puts load on `foretoken serve` with the bundled pair, compares answers
// with those given alone, and watches memory. Prints one line of numbers; exit code 1 if anything was wrong.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { growth, memoryOf } from '../bench/memory.mjs';
import { soak } from '../bench/soak.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MODELS = ['-m', 'foretoken-stories-moe-q4_0.gguf', '-md', 'foretoken-stories-draft-q4_0.gguf'];
const MIB = 1024 * 1024;
/** Number of distinct requests; each is first sent alone. */
const N_JOBS = 24;
/** Largest allowed growth of a part's memory during a run that has warmed up. */
const MAX_GROWTH = 64 * MIB;

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(`npm run soak: ${error.message}`);
  process.exitCode = 1;
}

/** @returns {Promise<boolean>} whether all was well */
async function main() {
  const { seconds, clients, slots } = numbers({ seconds: 120, clients: 64, slots: 4 });
  const server = spawn(
    process.execPath,
    [
      ...[
        'bin/foretoken',
        'serve',
        ...MODELS.map(arg => (arg.startsWith('-') ? arg : `public/models/${arg}`)),
      ],
      ...['-np', String(slots), '-c', String(512 * slots), '--metrics', '--port', '0'],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const end = () => server.kill('SIGTERM');
  process.once('exit', end);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  try {
    const url = await addressOf(server);
    const samples = [];
    const sample = async () => samples.push(await memoryOf(server.pid));
    const result = await soak({
      url,
      nClients: clients,
      nJobs: Math.min(clients, N_JOBS),
      seconds,
      onSample: sample,
    });
    const grown = Object.entries(growth(samples));
    for (const line of result.wrong) console.error(line);
    const memory = grown.map(([part, bytes]) => `${part} ${mib(samples.at(-1)[part])} (${mib(bytes, '+')})`);
    console.log(
      `${result.nAnswered} answered, ${result.nLeft} left, ${result.wrong.length} wrong, ` +
        `${(result.nTokens / result.seconds).toFixed(1)} tokens/s for ${clients} clients on ${slots} slots ` +
        `in ${result.seconds.toFixed(0)} s; MiB: ${memory.join(', ')}`,
    );
    return result.wrong.length === 0 && grown.every(([, bytes]) => bytes <= MAX_GROWTH);
  } finally {
    end();
    await once(server, 'close');
  }
}

/** Whole numbers from the command line, with these defaults. */
function numbers(defaults) {
  const entries = Object.entries(defaults);
  const options = Object.fromEntries(
    entries.map(([name, n]) => [name, { type: 'string', default: String(n) }]),
  );
  const { values } = parseArgs({ options });
  return Object.fromEntries(
    entries.map(([name]) => {
      const n = Number(values[name]);
      if (Number.isInteger(n) && n >= 1) return [name, n];
      throw new Error(`--${name} is ${values[name]}, but must be a whole number from 1`);
    }),
  );
}

/** Resolves when the server is ready. */
async function addressOf(server) {
  let url;
  for await (const line of createInterface({ input: server.stdout })) {
    url = /^listening on (\S+)$/.exec(line)?.[1] ?? url;
    if (url && line.startsWith('ready: ')) return url;
  }
  throw new Error('the server did not start');
}

function mib(bytes, sign = '') {
  return `${bytes >= 0 ? sign : ''}${Math.round(bytes / MIB)}`;
}
