import { join } from 'node:path';
import { Origin, policy } from './origin.ts';
import { expect, expectAnswer, modelsOf, plainPage, test } from './test.ts';

const SELF = "'self'";
const OWN_WORKER = "worker: () => new Worker('/foretoken/worker.js', { type: 'module' }),";

/** Pages without a bundler: where the library comes from, what the policy lets workers come from, and the worker that runs. */
const HOSTED = [
  { library: 'own', workers: SELF, options: '', runs: /^http:.*\/worker\.js$/ },
  { library: 'foreign', workers: 'blob:', options: '', runs: /^blob:/ },
  { library: 'foreign', workers: SELF, options: OWN_WORKER, runs: /^http:.*\/worker\.js$/ },
] as const;

let library: string;
let models: string;
let foreign: Origin;
test.beforeAll(async ({ packed }) => {
  const project = await packed.project('vite', { pins: false });
  library = join(project, 'node_modules', 'foretoken', 'dist', 'lib');
  models = modelsOf(project);
  foreign = await Origin.open(
    { '/foretoken/': library },
    { headers: { 'access-control-allow-origin': '*' } },
  );
});
test.afterAll(() => foreign.close());

async function open(from: 'own' | 'foreign', workers: string, options: string): Promise<Origin> {
  const base = from === 'own' ? '' : foreign.url;
  return Origin.open(
    { '/models/': models, '/foretoken/': library },
    {
      headers: policy(`${SELF} ${base}`, workers),
      pages: await plainPage(`${base}/foretoken`, options),
    },
  );
}

for (const { library: from, workers, options, runs } of HOSTED) {
  const hosting = options === '' ? '' : ' and a worker of its own';
  test(`a page with the library of its ${from} origin${hosting} runs under worker-src ${workers}`, async ({
    page,
  }) => {
    const origin = await open(from, workers, options);
    expect(await expectAnswer(page, origin.url)).toMatch(runs);
    await origin.close();
  });
}

test('a policy that allows no worker gives an error with the remedy', async ({ page }) => {
  const origin = await open('own', "'none'", '');
  await page.goto(origin.url);
  await expect
    .poll(() => page.title())
    .toMatch(/^the worker did not start \(its file: .*; its copy: .*\); serve .* worker: \(\) => new Worker/);
  await origin.close();
});

test('a worker of the page whose script is missing gives an error with the remedy', async ({ page }) => {
  const missing = "worker: () => new Worker('/missing.js', { type: 'module' }),";
  const origin = await open('own', SELF, missing);
  await page.goto(origin.url);
  await expect
    .poll(() => page.title())
    .toMatch(/^the worker did not start \(option worker: the script could not be loaded\); serve /);
  await origin.close();
});
