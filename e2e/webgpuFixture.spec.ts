import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'playwright/test';
import type { JSONReport, JSONReportSuite } from 'playwright/types/testReporter';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RUNNER = join(ROOT, 'node_modules', 'playwright', 'cli.js');

/** Outcomes of the tests in `fixtures/webgpu`: null for success, or a pattern of their errors. */
const OUTCOMES: Readonly<Record<string, null | RegExp>> = {
  'sound: knows the adapter': null,
  'sound: lets a page destroy its device': null,
  'sound: lets a page capture its errors': null,
  'sound: lets a worker have a device': null,
  'sound: are allowed': null,
  'sound: has an adapter again after a crash': null,
  'faulty: null adapter in a page': /null-adapter in https:\/\/sample\.invalid\/: .* gave null/,
  'faulty: null adapter in a frame': /null-adapter in https:\/\/sample\.invalid\/frame\.html: /,
  'faulty: uncaptured error in a page':
    /uncaptured-error in https:\/\/sample\.invalid\/: GPUValidationError: /,
  'faulty: uncaptured error in a worker': /uncaptured-error in https:\/\/sample\.invalid\/device\.js: /,
  'faulty: null adapter in a worker': /null-adapter in https:\/\/sample\.invalid\/null\.js: /,
  'faulty: null adapter in a module worker': /null-adapter in https:\/\/sample\.invalid\/null\.js: /,
  'faulty: null adapter in a worker from a blob': /null-adapter in blob:https:\/\/sample\.invalid\//,
  'faulty: uncaptured error in a context of its own': /uncaptured-error in /,
  'faulty: lost device in a page': /lost-device in https:\/\/sample\.invalid\/: /,
  'faulty: lost device in a worker': /lost-device in https:\/\/sample\.invalid\/device\.js: /,
  'require: takes a page and asks nothing of it': null,
  'refuse: takes a page and asks nothing of it': /swiftshader\) is a fallback adapter/,
  'feature: takes a page and asks nothing of it': /lacks time-travel of requiredFeatures; it has .*core-/,
  'off: takes a page and asks nothing of it': /requestAdapter\(\) gave null/,
};

/** Runs Playwright on the sample tests. Resolves to their errors, by project and title. */
async function runSamples(): Promise<Map<string, readonly string[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'foretoken-e2e-'));
  const report = join(folder, 'report.json');
  try {
    const child = spawn(process.execPath, [RUNNER, 'test', '-c', 'e2e/fixtures/webgpu', '--reporter=json'], {
      cwd: ROOT,
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(child, 'close');
    const { suites }: JSONReport = JSON.parse(await readFile(report, 'utf8'));
    return new Map(suites.flatMap(errorsOf));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function errorsOf({ specs, suites = [] }: JSONReportSuite): [string, readonly string[]][] {
  const own = specs.flatMap(({ title, tests }) =>
    tests.map(({ projectName, results }): [string, readonly string[]] => [
      `${projectName}: ${title}`,
      results.flatMap(({ errors }) => errors.map(({ message = '' }) => message)),
    ]),
  );
  return [...own, ...suites.flatMap(errorsOf)];
}

test('no test passes without a working adapter, or with a fault that it does not allow', async () => {
  // Little work, but several browsers, which are slow to start on a busy machine.
  test.setTimeout(300_000);
  const errors = await runSamples();
  expect([...errors.keys()].sort()).toEqual(Object.keys(OUTCOMES).sort());
  for (const [name, outcome] of Object.entries(OUTCOMES)) {
    const said = outcome === null ? [] : [expect.stringMatching(outcome)];
    expect.soft(errors.get(name), name).toEqual(said);
  }
});
