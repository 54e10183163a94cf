import { fileURLToPath } from 'node:url';
import { expect, test } from './fixtures/test.ts';
import { Origin } from './package/origin.ts';

/** Time for models to load on a busy machine without a GPU. */
const LOADING_MS = 150_000;

// The browser reports each request that no server answers.
test.use({ expectedErrors: async ({ browserName: _ }, use) => use([/ERR_CONNECTION_REFUSED/]) });

test('after the first visit the page opens and answers without its server', async ({ page }) => {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));
  const site = await Origin.open({ '/': dist });
  const { url } = site;
  await page.goto(url);
  await expect(page.getByTestId('status')).toHaveText(/is ready/, { timeout: LOADING_MS });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  await site.close();

  await page.goto(`${url}/?prompt=Once+upon+a+time`);
  await expect(page.getByTestId('message')).toHaveValue('Once upon a time');
  await page.getByTestId('message').press('Enter');
  await expect(page.getByTestId('answer')).toHaveText(/tokens · \d+/, { timeout: LOADING_MS });
  await page.goto(`${url}/lab.html`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/lab/i);
});
