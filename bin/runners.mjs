import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { freshen } from './fresh.mjs';

/**
 * Kind of test. `run` prints its progress and resolves to the counts.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Tally
 * @typedef {{ root: string, reports: string, files: string[], grep: string | undefined }} Run
 *   `reports`: folder for JSON reports; `files`: parts of the paths of test files; `grep`: pattern of test names
 * @typedef {{ name: string, filters: boolean, run: (run: Run) => Promise<Tally> }} Runner
 *   `filters`: whether it can run a part of its tests
 */

/** @type {readonly Runner[]} */
export const RUNNERS = [
  { name: 'types', filters: false, run: ({ root }) => check(root, 'tsc', ['--noEmit']) },
  { name: 'lint', filters: false, run: ({ root }) => check(root, 'biome', ['check']) },
  { name: 'unit', filters: true, run: unit },
  { name: 'e2e', filters: true, run: e2e },
];

/** Runs a tool that counts as one test. */
async function check(root, tool, args) {
  const ok = (await execute(root, tool, args)) === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** @param {Run} run */
async function unit({ root, reports, files, grep }) {
  const report = join(reports, 'vitest.json');
  const filters = [...files, ...(grep ? ['-t', grep] : [])];
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters];
  const status = await execute(root, 'vitest', [
    ...args,
    ...(filters.length > 0 ? ['--passWithNoTests'] : []),
  ]);
  return tally(report, status, json => ({
    passed: json.numPassedTests,
    failed: json.numFailedTests,
    skipped: json.numPendingTests + json.numTodoTests,
  }));
}

/**
 * Runs the tests that share the machine, then those that measure time and need it alone.
 *
 * @param {Run} run
 */
async function e2e(run) {
  const FORETOKEN_CHROMIUM = ensureChromium();
  await freshen(run.root);
  const together = await playwright(run, 'together', FORETOKEN_CHROMIUM);
  const alone = await playwright(run, 'alone', FORETOKEN_CHROMIUM);
  return {
    passed: together.passed + alone.passed,
    failed: together.failed + alone.failed,
    skipped: together.skipped + alone.skipped,
  };
}

/** @param {Run} run @param {'together' | 'alone'} project of e2e/playwright.config.ts @param {string} FORETOKEN_CHROMIUM */
async function playwright({ root, reports, files, grep }, project, FORETOKEN_CHROMIUM) {
  const report = join(reports, `playwright-${project}.json`);
  const filters = [...files, ...(grep ? ['-g', grep] : [])];
  const args = ['test', '-c', 'e2e', `--project=${project}`, '--reporter=list,json', ...filters];
  const status = await execute(
    root,
    'playwright',
    [...args, ...(filters.length > 0 ? ['--pass-with-no-tests'] : [])],
    {
      FORETOKEN_CHROMIUM,
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    },
  );
  return tally(report, status, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
}

/**
 * Reads the counts of a runner's report. A runner that failed without a failed test has crashed, which counts as one failure.
 *
 * @param {string} report path @param {number} status exit code
 * @param {(json: any) => Tally} read
 * @returns {Tally}
 */
function tally(report, status, read) {
  let counted = { passed: 0, failed: 0, skipped: 0 };
  try {
    counted = read(JSON.parse(readFileSync(report, 'utf8')));
  } catch (error) {
    if (status === 0) throw error;
  }
  return { ...counted, failed: status === 0 ? counted.failed : Math.max(counted.failed, 1) };
}

/**
 * Runs an installed tool with inherited output.
 *
 * @param {string} root @param {string} tool in node_modules/.bin
 * @param {string[]} args @param {Record<string, string>} [env] added to this process's
 * @returns {Promise<number>} exit code, 1 if a signal ended it
 */
function execute(root, tool, args, env = {}) {
  const windows = process.platform === 'win32';
  const command = join(root, 'node_modules', '.bin', windows ? `${tool}.cmd` : tool);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      shell: windows,
    });
    child.once('error', reject);
    child.once('exit', code => resolve(code ?? 1));
  });
}
