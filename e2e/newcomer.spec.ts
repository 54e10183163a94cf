import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FakeHub } from '../src/cli/hub/fakeHub.ts';
import { bundledFile, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';
import { Origin } from './package/origin.ts';

/** Time for models to load on a busy machine without a GPU. */
const LOADING_MS = 150_000;

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

// The browser reports each request that no server answers.
test.use({ expectedErrors: async ({ browserName: _ }, use) => use([/ERR_(?:CONNECTION_REFUSED|FAILED)/]) });

test('a newcomer picks a model of the list, chats, and goes on without a network, also by a link', async ({
  page,
  context,
}) => {
  const site = await Origin.open({ '/': DIST });
  const hub = await FakeHub.open(
    { 'SmolLM2-360M-Instruct-Q8_0.gguf': readFileSync(bundledFile(MOE_Q4_0)) },
    { hasEveryName: true },
  );
  let startSending = () => {};
  const sending = new Promise<void>(resolve => {
    startSending = resolve;
  });
  await page.route('https://huggingface.co/**', async route => {
    const { pathname, search } = new URL(route.request().url());
    const isWhole =
      pathname.includes('/resolve/') && !route.request().headers().range?.startsWith('bytes=0-');
    if (isWhole) await sending;
    const response = route.fetch({ url: hub.endpoint + pathname + search });
    await response.then(response => route.fulfill({ response })).catch(() => route.abort());
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const isReady = () => expect(page.getByTestId('status')).toHaveText(/is ready/, { timeout: LOADING_MS });
  const answers = page.getByTestId('answer');
  /** Sends what is in the field, and waits for the end of the answer with this number, from 0. */
  const send = async (index: number) => {
    await page.getByTestId('message').press('Enter');
    await expect(answers.nth(index)).toHaveText(/tokens · \d+/, { timeout: LOADING_MS });
  };

  await page.goto(site.url);
  await page.getByTestId('choose-model').click();
  const row = page.getByTestId('curated').getByTestId('model').filter({ hasText: 'SmolLM2 360M' });
  await expect(row).toHaveText(/362 M · Q8_0 · 386 MB · needs about 605 MB/);
  await row.locator('summary').click();
  await expect(row.getByTestId('fit')).toHaveText(/^Fits: needs \d+\.\d MB on the GPU/);
  await row.getByRole('checkbox', { name: /With the draft/ }).uncheck();
  await row.getByRole('button', { name: /^Download and load \(2\.6 MB\)/ }).click();
  await expect(page.getByTestId('job')).toContainText('SmolLM2 360M');
  await expect(row.getByRole('button', { name: /^Downloading/ })).toBeDisabled();
  startSending();
  await expect(row.getByText('loaded')).toBeVisible({ timeout: LOADING_MS });
  await isReady();
  await page.getByRole('button', { name: 'Copy a link' }).click();
  await expect(page.getByTestId('link')).toHaveText('Copied');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(`${site.url}/?model=hf:HuggingFaceTB/SmolLM2-360M-Instruct-GGUF:Q8_0`);

  await page.getByTestId('message').fill('Once upon a time');
  await send(0);
  const story = await answers.locator('p').first().textContent();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));

  await Promise.all([site.close(), hub.close(), context.setOffline(true)]);
  await page.reload();
  await expect(answers).toContainText(story ?? '');
  await isReady();
  await page.getByTestId('message').fill('Then');
  await send(1);
  await page.getByTestId('panel-models').click();
  await expect(row.getByText('loaded')).toBeVisible();

  await page.goto(`${link}&draft=bundled&prompt=Once+more&system=Be+kind.`);
  await expect(page.getByTestId('message')).toHaveValue('Once more');
  await isReady();
  await send(0);
  await page.getByTestId('panel-settings').click();
  await expect(page.getByTestId('system')).toHaveValue('Be kind.');
  await page.goto(new URL('lab.html', link).href);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/lab/i);
});
