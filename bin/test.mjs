// npm test [-- [types|lint|unit|e2e ...] [part of a file's path ...] [-g pattern]]: installs what is missing, runs the
// tests, and ends with "N passed, N failed" over all runners.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installPackages } from './install.mjs';
import { RUNNERS } from './runners.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Test model that may not be published; used if it lies beside the clone.
const STORIES260K = join(root, '..', 'shared', 'models', 'stories260K.gguf');

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(`npm test: ${error.message}`);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}

/** @returns {Promise<boolean>} whether everything passed */
async function main() {
  const { runners, files, grep } = selection();
  installPackages(root);
  if (!process.env.FORETOKEN_STORIES260K && existsSync(STORIES260K)) {
    process.env.FORETOKEN_STORIES260K = STORIES260K;
  }
  const reports = mkdtempSync(join(tmpdir(), 'foretoken-test-'));
  const total = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const runner of runners) {
      console.log(`\n── ${runner.name} ──`);
      const counted = await attempt(runner, { root, reports, files, grep });
      for (const key of Object.keys(total)) total[key] += counted[key];
    }
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  return total.failed === 0;
}

/** Counts a runner that cannot start as one failure, so that the others still run. */
async function attempt(runner, run) {
  try {
    return await runner.run(run);
  } catch (error) {
    console.error(error.message);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** Parses the command line: names of runners select those, anything else filters test files. */
function selection() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: 'string', short: 'g' } },
  });
  const names = RUNNERS.map(runner => runner.name);
  const files = positionals.filter(word => !names.includes(word));
  const named = RUNNERS.filter(runner => positionals.includes(runner.name));
  const filtered = files.length > 0 || values.grep !== undefined;
  const candidates = named.length > 0 ? named : RUNNERS;
  return {
    runners: filtered ? candidates.filter(runner => runner.filters) : candidates,
    files,
    grep: values.grep,
  };
}
