import { readFileSync } from 'node:fs';
import type { Page } from 'playwright/test';
import { FakeHub } from '../src/cli/hub/fakeHub.ts';
import { bundledFile, DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { partName, splitModel } from './fixtures/splitModel.ts';
import { expect, test } from './fixtures/test.ts';

/** Time for models to load on a busy machine without a GPU. */
const LOADING_MS = 60_000;

let hub: FakeHub;

test.beforeAll(async () => {
  const parts = await splitModel(bundledFile(DRAFT_Q4_0), 2);
  hub = await FakeHub.open(
    {
      'tale-Q8_0.gguf': readFileSync(bundledFile(MOE_Q4_0)),
      'mmproj-tale-F16.gguf': Buffer.from('none'),
      ...Object.fromEntries(parts.map((bytes, no) => [partName('tale-Q4_K_M', no, 2), Buffer.from(bytes)])),
    },
    { hasEveryName: true },
  );
});
test.afterAll(() => hub.close());

/** Opens the page with its panel of models, with a stand-in in the place of the Hub. */
async function open(page: Page): Promise<void> {
  await page.route('https://huggingface.co/**', async route => {
    const { pathname, search } = new URL(route.request().url());
    await route.fulfill({ response: await route.fetch({ url: hub.endpoint + pathname + search }) });
  });
  await page.goto('./');
  await page.getByTestId('panel-models').click();
  await expectLoaded(page, 'Stories MoE');
}

/** Waits until a model with this in its name is loaded. */
async function expectLoaded(page: Page, name: string): Promise<void> {
  await expect(page.getByTestId('loaded')).toContainText(name, { timeout: LOADING_MS });
}

/** Opens the row of a model whose name is this. */
async function row(page: Page, list: string, name: string) {
  const found = page.getByTestId(list).getByTestId('model').filter({ hasText: name }).first();
  await found.locator('summary').click();
  return found;
}

test('models are found, judged by their header before any download, brought, kept, checked and deleted', async ({
  page,
}) => {
  await open(page);
  const stories = await row(page, 'curated', 'Stories');
  await expect(stories.getByTestId('fit')).toHaveText(
    /^Fits: needs \d+\.\d MB on the GPU, with a context of 512/,
  );
  await expect(page.getByTestId('library-adapter')).toContainText(/no GPU.*chrome:\/\/gpu/);
  await stories.getByRole('checkbox', { name: /MTP head draft instead/ }).check();
  await stories.getByRole('button', { name: 'Load' }).click();
  await expectLoaded(page, 'MTP');
  await stories.getByRole('checkbox', { name: /MTP head draft instead/ }).uncheck();
  await stories.getByRole('button', { name: 'Load' }).click();
  await expectLoaded(page, 'Stories Draft');

  await page.getByTestId('hub-query').fill('little tales');
  await page.getByTestId('repositories').getByText('org/name').click();
  const groups = page.getByTestId('groups').getByTestId('model');
  await expect(groups).toHaveText([/Q4_K_M.*2 parts · usual choice/, /Q8_0.*nearly lossless/]);
  const split = await row(page, 'groups', 'Q4_K_M');
  await expect(split.getByTestId('fit')).toHaveText(/^Fits/);
  expect(hub.asked.filter(path => path.includes('resolve') && !path.includes('bytes='))).toEqual([]);

  await split.getByRole('button', { name: 'Download and load' }).click();
  await expect(split.getByText('loaded')).toBeVisible({ timeout: LOADING_MS });
  await expect(page.getByTestId('loaded')).toContainText('n-grams of the text itself');
  await expect(page.getByTestId('job')).toHaveCount(0);

  const kept = await row(page, 'stored', 'name Q4_K_M');
  await kept.getByRole('button', { name: 'Check' }).click();
  await expect(page.getByTestId('job')).toContainText('every byte is right');
  await kept.getByRole('button', { name: 'Pin' }).click();
  await expect(kept.getByText('pinned')).toBeVisible();
  await kept.getByRole('button', { name: 'Delete' }).click();
  await kept.getByRole('button', { name: /^Delete .*\?$/ }).click();
  await expect(kept).toHaveCount(0);
});

test('files of this computer become a target and its draft, and what is wrong with them is said', async ({
  page,
}) => {
  await open(page);
  const parts = (await splitModel(bundledFile(DRAFT_Q4_0), 2)).map((bytes, no) => ({
    name: partName('d', no, 2),
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  }));
  const target = { ...parts[0], name: 't.gguf', buffer: readFileSync(bundledFile(MOE_Q4_0)) };
  await page.getByTestId('local-files').setInputFiles([parts[0], target]);
  await expect(page.getByTestId('local-fault')).toContainText('lacks part 2');
  await page.getByTestId('local-files').setInputFiles([...parts, target]);
  const local = page.getByTestId('local');
  await expect(local).toContainText('t.gguf');
  await local.getByRole('button', { name: 'Does it fit?' }).click();
  await expect(local.getByTestId('fit')).toHaveText(/^Fits/);
  await local.getByRole('button', { name: 'Swap' }).click();
  await local.getByRole('button', { name: 'Load' }).click();
  await expect(page.getByTestId('loaded').locator('.name').first()).toHaveText(/Draft/, {
    timeout: LOADING_MS,
  });
});

test.describe('a Hub that refuses', () => {
  test.use({ expectedErrors: [/Failed to load resource/] });

  test('is told in plain words, and asked again on demand', async ({ page }) => {
    await open(page);
    hub.faults.status = 429;
    await page.getByTestId('hub-query').fill('org/name');
    await page.getByTestId('hub-query').press('Enter');
    await expect(page.getByTestId('hub-error')).toContainText('Too many requests');
    delete hub.faults.status;
    await page.getByTestId('hub-error').getByRole('button').click();
    await expect(page.getByTestId('groups').getByTestId('model')).toHaveCount(2);
  });

  test('that wants a login gets the token at its own address only, which is remembered on demand', async ({
    page,
  }) => {
    await open(page);
    hub.faults.token = 'hf_secret';
    await page.getByTestId('hub-query').fill('org/name:Q8_0');
    await page.getByTestId('hub-query').press('Enter');
    await expect(page.getByTestId('hub-error')).toContainText('enter a token');
    await page.getByTestId('access').click();
    await page.getByTestId('access-token').fill('hf_secret');
    await page.getByTestId('access-endpoint').fill(`${hub.endpoint}/`);
    // The token was that of another server.
    await expect(page.getByTestId('access-token')).toHaveValue('');
    await page.getByTestId('access-token').fill('hf_secret');
    await page.getByRole('button', { name: 'Use' }).click();
    // Estimate, download and loading have the token, too.
    const group = await row(page, 'groups', 'Q8_0');
    await expect(group.getByTestId('fit')).toHaveText(/^Fits/);
    await group.getByRole('button', { name: 'Download and load' }).click();
    await expect(group.getByText('loaded')).toBeVisible({ timeout: LOADING_MS });

    const stored = () => page.evaluate(() => JSON.stringify({ ...localStorage }));
    expect((await stored()) + page.url()).not.toContain('hf_secret');
    await page.getByTestId('access-remember').check();
    await page.getByRole('button', { name: 'Use' }).click();
    await expect.poll(stored).toContain('hf_secret');
    await page.getByRole('button', { name: 'Forget' }).click();
    await expect.poll(stored).not.toContain('hf_secret');
    delete hub.faults.token;
  });
});
