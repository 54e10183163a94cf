import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from './fixtures/test.ts';
import { Origin } from './package/origin.ts';

/** Time for models to load on a busy machine without a GPU. */
const LOADING_MS = 150_000;

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const READY = /is ready/;

let folder: string;
let site: Origin;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foretoken-site-'));
  await cp(DIST, folder, { recursive: true, filter: path => !/f16|harness/.test(path) });
  site = await Origin.open(
    { '/': folder },
    {
      headers: { 'service-worker-allowed': '/' },
      pages: { '/application.html': '<!doctype html><link rel="icon" href="data:,">' },
    },
  );
});
test.afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true });
});

test('a door that has the folder of the site as its scope stays, and the site is not kept', async ({
  page,
}) => {
  await page.goto(`${site.url}/application.html`);
  await page.evaluate(() => navigator.serviceWorker.register('lib/service-worker.js', { scope: './' }));
  await page.goto(site.url);
  await expect(page.getByTestId('status')).toHaveText(READY, { timeout: LOADING_MS });
  // The page decides after its models are there.
  await page.evaluate(() => new Promise(resolve => setTimeout(resolve, 500)));
  const held = await page.evaluate(async () => ({
    scripts: (await navigator.serviceWorker.getRegistrations()).map(({ active }) => active?.scriptURL),
    caches: await caches.keys(),
  }));
  expect(held).toEqual({ scripts: [`${site.url}/lib/service-worker.js`], caches: [] });
});

test.describe('after another build was published', () => {
  // The browser reports what is gone.
  test.use({ expectedErrors: async ({ browserName: _ }, use) => use([/status of 404/]) });

  test('a kept page has the worker of its own build, and another one says that it is to be reloaded', async ({
    page,
    browser,
  }) => {
    await page.goto(site.url);
    await expect(page.getByTestId('status')).toHaveText(READY, { timeout: LOADING_MS });
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    const worker = (await readdir(join(folder, 'assets'))).find(name => name.startsWith('engine-worker-'));
    await rm(join(folder, 'assets', worker ?? ''));

    await page.reload();
    await expect(page.getByTestId('status')).toHaveText(READY, { timeout: LOADING_MS });

    const other = await browser.newPage({ serviceWorkers: 'block' });
    await other.goto(site.url);
    await expect(other.getByTestId('error')).toContainText('a newer version may have taken the place');
    await other.close();
  });
});
