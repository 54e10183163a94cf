import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'playwright/test';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { FIREFOX_PREFERENCES, findFirefox } from '../../src/cli/lab/firefox.ts';
import { Origin } from '../package/origin.ts';

const CONVERSATION = {
  messages: [
    { role: 'user', content: 'What is in the nest?' },
    { role: 'assistant', content: '# Eggs\n\n- two **blue** ones\n\n```js\nconst eggs = 2;\n```\n\n$e^2$' },
  ],
};

/** Time for models to load on a processor in the place of a GPU. */
const LOADING_MS = 90_000;

// One page for all tests, which go on where the one before ended.
test.describe.configure({ mode: 'serial' });

let site: Origin;
let browser: Browser;
let page: Page;
let folder: string;
const errors: string[] = [];

test.beforeAll(async () => {
  const executablePath = findFirefox(process.env);
  folder = await mkdtemp(join(tmpdir(), 'foretoken-firefox-'));
  site = await Origin.open({ '/': fileURLToPath(new URL('../../dist/', import.meta.url)) });
  browser = await launch({ browser: 'firefox', executablePath, extraPrefsFirefox: FIREFOX_PREFERENCES });
  page = await browser.newPage();
  // Wide enough for the side bar.
  await page.setViewport({ width: 1280, height: 800 });
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', error => errors.push(String(error)));
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      console.error(`the policy stopped ${blockedURI} by ${effectiveDirective}`),
    );
  });
  await page.goto(site.url);
});
test.afterEach(() => expect(errors.splice(0), 'errors in the page').toEqual([]));
test.afterAll(async () => {
  await browser?.close();
  await site?.close();
  await rm(folder, { recursive: true });
});

const text = (id: string) =>
  page.$$eval(`[data-testid="${id}"]`, found => found.map(({ textContent }) => textContent).join('\n'));
const click = (id: string) => page.locator(`[data-testid="${id}"]`).click();

async function press(...keys: readonly Parameters<Page['keyboard']['press']>[0][]): Promise<void> {
  for (const key of keys) await page.keyboard.down(key);
  for (const key of keys.toReversed()) await page.keyboard.up(key);
}

test('the page answers where WebGPU has an adapter, and otherwise says what this browser needs', async () => {
  const hasAdapter = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
  if (!hasAdapter) {
    await expect.poll(() => text('error')).toContain('Firefox has WebGPU on Windows and on Macs');
    expect(await text('error')).not.toMatch(/enable-unsafe-webgpu to|chrome:..flags/);
    test.info().annotations.push({ type: 'without WebGPU', description: 'no answer was computed' });
    return;
  }
  await expect.poll(() => text('status'), { timeout: LOADING_MS }).toMatch(/is ready/);
  await page.type('[data-testid="message"]', 'Once upon a time');
  await press('Enter');
  await expect.poll(() => text('answer'), { timeout: LOADING_MS }).toMatch(/tokens · \d+/);
});

test('an imported conversation is shown with its Markdown, code and formula, and stays over a reload', async () => {
  const file = join(folder, 'nest.json');
  await writeFile(file, JSON.stringify(CONVERSATION));
  const field = await page.waitForSelector('input[data-testid="import"]');
  await field?.uploadFile(file);
  await expect.poll(() => text('answer')).toContain('Eggs');
  const parts = () =>
    page.$eval('[data-testid="answer"]', answer => ({
      title: answer.querySelector('.markdown h1, h1, h2, h3')?.textContent,
      strong: answer.querySelector('strong')?.textContent,
      isColoured: answer.querySelector('pre span') !== null,
      hasFormula: answer.querySelector('.katex') !== null,
    }));
  const whole = { title: 'Eggs', strong: 'blue', isColoured: true, hasFormula: true };
  await expect.poll(parts).toEqual(whole);
  await page.reload();
  await expect.poll(() => text('conversation')).toContain('What is in the nest?');
  await expect.poll(parts).toEqual(whole);
});

test('keys open the settings, whose values stay, and the list of shortcuts', async () => {
  await press('Control', '.');
  const temperature = '[data-testid="setting-temperature"]';
  await page.locator(temperature).fill('0.5');
  await press('Control', '.');
  await expect.poll(() => page.$(temperature)).toBeNull();
  await press('Control', '.');
  await expect
    .poll(() =>
      page.$$eval(temperature, fields =>
        fields.map(field => field instanceof HTMLInputElement && field.value),
      ),
    )
    .toEqual(['0.5']);
  await press('Control', '/');
  await expect.poll(() => page.$('dialog[open], [role="dialog"]')).not.toBeNull();
  await press('Escape');
  await expect.poll(() => page.$('dialog[open], [role="dialog"]')).toBeNull();
});

test('the list of models is there without an adapter, too', async () => {
  await click('panel-models');
  await expect.poll(() => text('curated')).toMatch(/SmolLM2 360M.*386 MB/s);
});
