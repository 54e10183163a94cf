import type { Page } from 'playwright/test';
import { bundledFile, DRAFT_Q4_0 } from './fixtures/models.ts';
import { partName, splitModel } from './fixtures/splitModel.ts';
import { expect, test } from './fixtures/test.ts';

/** Continued greedily by "Hello" until the context is full, so there is time to stop it. */
const LONG = 'Hello Hello Hello';

test.beforeEach(async ({ page }) => {
  await page.goto('./');
  await expectReady(page);
});

/** Waits until Run is enabled: the models are loaded and nothing runs. */
async function expectReady(page: Page): Promise<void> {
  await expect(page.getByTestId('run')).toBeEnabled({ timeout: 60_000 });
}

async function beGreedy(page: Page): Promise<void> {
  await page.getByText('Sampling', { exact: true }).click();
  await page.getByTestId('setting-temperature').fill('0');
}

test('the page loads the bundled pair and writes a story with the help of the draft', async ({ page }) => {
  await expect(page.getByTestId('adapter')).toHaveText(/\S/);
  await beGreedy(page);
  await page.getByTestId('prompt').fill('I believe the meaning of life is');
  await page.getByTestId('run').click();
  await expectReady(page);

  await expect(page.getByTestId('output')).toHaveText(/wise|kind|owl|answer/);
  await expect(page.getByTestId('output').locator('mark').first()).toBeVisible();
  await expect(page.getByTestId('speed')).toHaveText(/^\d/);
  await expect(page.getByTestId('acceptance')).toHaveText(/^\d+(\.\d+)?\s?%$/);
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('the Stop button and the Escape key stop an answer, and the next one runs', async ({ page }) => {
  await beGreedy(page);
  for (const stop of [
    (page: Page) => page.getByTestId('stop').click(),
    (page: Page) => page.keyboard.press('Escape'),
  ]) {
    await page.getByTestId('prompt').fill(LONG);
    await page.getByTestId('run').click();
    await expect(page.getByTestId('output')).toHaveText(/Hello/);
    await stop(page);
    await expectReady(page);
    const written = await page.getByTestId('output').textContent();
    await expect(page.getByTestId('status')).toHaveText(/stopped/i);
    expect(await page.getByTestId('output').textContent()).toBe(written);

    await page.getByTestId('prompt').fill('The wise owl said,');
    await page.getByTestId('run').click();
    await expectReady(page);
    await expect(page.getByTestId('output')).toHaveText(/\w/);
  }
});

test('the page keeps its models in the browser, loads them when their server is gone, and deletes them', async ({
  page,
}) => {
  const stored = page.getByTestId('stored-model');
  await expect(stored).toHaveCount(2);
  await page.route('**/models/*.gguf', route => route.abort());
  await page.reload();
  await expectReady(page);

  await stored.filter({ hasText: 'moe' }).getByRole('button', { name: 'Keep' }).click();
  await expect(stored.filter({ hasText: 'moe' }).getByText('Kept')).toBeVisible();
  await stored.filter({ hasText: 'draft' }).getByRole('button', { name: 'Delete' }).click();
  await expect(stored).toHaveCount(1);
  await expect(page.getByTestId('error')).toHaveCount(0);
});

test('the page accepts a split model as several files, and names a missing one', async ({ page }) => {
  const files = (await splitModel(bundledFile(DRAFT_Q4_0), 3)).map((bytes, no) => ({
    name: partName('stories', no, 3),
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  }));
  await page.getByTestId('target-file').setInputFiles([files[2], files[0]]);
  const card = page.getByTestId('error');
  await expect(card).toContainText('stories-00003-of-00003.gguf is part 3 of 3, but part 2 is missing');
  await page.getByTestId('target-file').setInputFiles([files[2], files[0], files[1]]);
  await expectReady(page);
  await expect(card).toHaveCount(0);
  await expect(page.getByTestId('target-source')).toHaveText(/stories-00001-of-00003\.gguf and 2 more/);
});

test('the page explains the error for a file that is not GGUF, and offers a way back', async ({ page }) => {
  await page.getByTestId('target-file').setInputFiles({
    name: 'notes.gguf',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('These are my notes, not a model.'),
  });
  const card = page.getByTestId('error');
  await expect(card).toHaveAttribute('data-code', 'invalid_gguf');
  await expect(card).toContainText('notes.gguf');
  await card.getByRole('button', { name: 'bundled' }).click();
  await expectReady(page);
  await expect(card).toHaveCount(0);
});
