import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright/test';
import { rightReport, wrongReport } from '../src/report/fixtures/reports.ts';
import { expect, test } from './fixtures/test.ts';

const json = (name: string, text: string) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(text),
});
const RIGHT = json('right.json', JSON.stringify(rightReport()));
const WRONG = json('wrong.json', JSON.stringify(wrongReport()));

async function openWith(page: Page, ...files: readonly ReturnType<typeof json>[]): Promise<void> {
  await page.goto('compare.html');
  await page.getByTestId('files').setInputFiles([...files]);
  await expect(page.getByTestId('report')).toHaveCount(files.length);
}

test('the page shows differences first, and marks those within noise', async ({ page }) => {
  await openWith(page, RIGHT, WRONG);
  await expect(page.getByTestId('summary')).toContainText(
    '2 checks of 8 are right in one report and not in another',
  );
  const first = page.getByTestId('checks').locator('tbody tr').first();
  await expect(first).toContainText('mul_mat:weight=Q4_0,rows=1');
  await expect(first).toContainText('WRONG');
  await first.locator('summary').click();
  await expect(first).toContainText('First bad value: value 0 is NaN instead of 1.5');
  await expect(first.getByRole('link')).toHaveAttribute(
    'href',
    'lab.html?case=mul_mat%3Aweight%3DQ4_0%2Crows%3D1%40gpu',
  );

  const timings = page.getByTestId('speeds').locator('tbody tr');
  await expect(timings.first()).toContainText('50 %');
  await expect(timings.first()).toContainText('▼ slower');
  await expect(timings.first()).toContainText('computes a wrong result');
  await expect(timings.filter({ hasText: 'weight=Q8_0' })).toContainText('≈ best');
  await expect(page.getByTestId('incidents')).toContainText('device-lost in get_rows:weight=F16,rows=5');
  await expect(page.getByTestId('origins')).toContainText('268435456');
});

test('the page filters checks, changes the reference and removes a report', async ({ page }) => {
  await openWith(page, RIGHT, WRONG);
  await page.getByLabel('Weights').selectOption('Q8_0');
  await expect(page.getByTestId('checks').locator('tbody tr')).toHaveCount(1);
  await page.getByLabel('Weights').selectOption('');
  await page.getByLabel('Only differences').check();
  await expect(page.getByTestId('speeds').locator('tbody tr')).toHaveCount(1);

  await page.getByRole('radio', { name: 'Reference' }).last().check();
  await expect(page.getByTestId('speeds')).toContainText('▲ faster');
  await page.getByRole('button', { name: 'Remove Acme Two' }).click();
  await expect(page.getByTestId('report')).toHaveCount(1);
  await expect(page.getByTestId('summary')).toContainText('One report');
});

test('the page accepts dropped reports, and explains the error of a broken file', async ({ page }) => {
  await openWith(page, RIGHT);
  const files = [
    ['wrong.json', JSON.stringify(wrongReport())],
    ['notes.json', 'my notes'],
    ['future.json', JSON.stringify({ ...rightReport(), schema: 'foretoken-report/9' })],
  ];
  const transfer = await page.evaluateHandle(files => {
    const transfer = new DataTransfer();
    for (const [name, text] of files) transfer.items.add(new File([text], name));
    return transfer;
  }, files);
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });

  await expect(page.getByTestId('report')).toHaveCount(2);
  await expect(page.getByTestId('refusal')).toHaveCount(2);
  await expect(page.getByTestId('refusal').first()).toContainText(
    'notes.json is not a report: it is not JSON',
  );
  await expect(page.getByTestId('refusal').last()).toContainText(
    'future.json has the schema foretoken-report/9',
  );
  await page.getByTestId('refusal').first().getByRole('button').click();
  await expect(page.getByTestId('refusal')).toHaveCount(1);
});

test('the page saves one file that opens without a server and shows the same', async ({ page }, testInfo) => {
  await openWith(page, RIGHT, WRONG);
  // Charts are drawn once their width is known.
  await expect(page.getByRole('img')).toHaveCount(2);
  const shown = (await page.locator('main').textContent()) ?? '';
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('share').click()]);
  const path = testInfo.outputPath('comparison.html');
  await download.saveAs(path);
  expect(readFileSync(path, 'utf8')).not.toMatch(/<(script|link)[^>]* (src|href)="\.?\//);

  await page.goto(pathToFileURL(path).href);
  await expect(page.getByTestId('report')).toHaveCount(2);
  await expect(page.locator('main')).toHaveText(shown);
  await page.locator('summary').first().click();
  await expect(page.getByRole('link', { name: 'Run this case here' })).toHaveCount(0);
});

test('the page fits a narrow screen', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await openWith(page, RIGHT, WRONG);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
