import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright/test';
import { startNext } from '../package/next.ts';
import { readGuide } from './guide.ts';
import { serveDist } from './project.ts';
import { expect, test } from './test.ts';

/** Guides with tests of their own: e2e/deploy, the workflows, and e2e/package. */
const ELSEWHERE = ['ci', 'docker', 'hosting'];

/** Guides whose project is a site that `vite build` makes, and what its page has to show. */
const PAGES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async 'quick-start'(page) {
    const answer = page.waitForEvent('console', {
      timeout: 120_000,
      predicate: message => message.type() === 'log' && !/^\w+ \d+ \d+$/.test(message.text()),
    });
    await page.reload();
    expect((await answer).text()).toMatch(/\w{2}/);
    await page.goto(new URL('story.html', page.url()).href);
    await expect(page.locator('pre')).toHaveText(/\w{2}/);
  },
  async react(page) {
    const send = page.getByRole('button', { name: 'Send' });
    await expect(page.getByRole('progressbar')).toBeVisible();
    await expect(send).toBeEnabled();
    await page.getByLabel('Message').fill('Tell me about an owl.');
    await send.click();
    await expect(page.locator('li.user')).toHaveText('Tell me about an owl.');
    await expect(page.locator('li.assistant')).toHaveText(/\w/);
    // Does nothing if the answer has ended, which disables the button.
    await page.getByRole('button', { name: 'Stop' }).evaluate(button => (button as HTMLElement).click());
    await expect(send).toBeEnabled();
    await expect(page.getByRole('alert')).toHaveCount(0);
  },
  async openai(page) {
    await expect(page.locator('pre')).toHaveText(/\w{2}/);
  },
  async 'ai-sdk'(page) {
    await expect(page.locator('pre')).toHaveText(/^\{/);
    const { text, usage, timings, streamed, output, nDimensions } = JSON.parse(
      (await page.locator('pre').textContent()) ?? '',
    );
    expect(text).toMatch(/\w/);
    expect(streamed).toMatch(/\w/);
    expect(usage.outputTokens).toBeGreaterThan(0);
    expect(timings.predicted_n).toBe(usage.outputTokens);
    expect(output).toEqual({ isWise: expect.any(Boolean) });
    expect(nDimensions).toBeGreaterThan(1);
    await page.getByLabel('Message').fill('Tell me about an owl.');
    await page.getByRole('button', { name: 'Send' }).click();
    await expect(page.locator('li.assistant')).toHaveText(/\w/);
  },
  async langchain(page) {
    await expect(page.locator('pre')).toHaveText(/\w{2}/);
    await expect(page.locator('output')).toHaveText(/^\{"isWise":(true|false)\}$/);
  },
  async 'model-store'(page) {
    await expect(page.locator('#before')).toHaveText(/downloads \d+ bytes, takes \d+ on the GPU/);
    await expect(page.locator('pre')).toHaveText(/\w{2}/, { timeout: 120_000 });
    await expect(page.locator('li')).toHaveText(/^hf:\S+: \d+ bytes$/);
    await expect(page.locator('#speed')).toHaveText(/bytes were here/);
  },
  async 'many-tabs'(page) {
    await expect(page.locator('pre')).toHaveText(/\w{2}/);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await expect(other.locator('pre')).toHaveText(/\w{2}/);
    expect(other.workers()).toEqual([]);
    await page.close();
    await expect.poll(() => other.workers().length).toBe(1);
  },
  async 'service-worker'(page) {
    await expect(page.locator('pre')).toHaveText(/\w{2}/);
    await page.goto(new URL('app/', page.url()).href);
    await expect(page.locator('pre')).toHaveText('mine {"status":"ok"}');
  },
  async 'prompt-api'(page) {
    await expect(page.locator('pre')).toHaveText(/^(yes|no), \d+ of \d+ tokens$/);
    expect(await page.locator('progress').evaluate(bar => (bar as HTMLProgressElement).value)).toBe(1);
  },
};

for (const [name, check] of Object.entries(PAGES)) {
  test(`the guide ${name} works when it is followed to the letter`, async ({ follow, serve, page }) => {
    await page.goto(await serve(serveDist, await follow(name)));
    await check(page);
  });
}

test('the guide nextjs works when it is followed to the letter', async ({ follow, serve, page }) => {
  await page.goto(await serve(startNext, await follow('nextjs')));
  await page.getByRole('button').click();
  await expect(page.locator('pre')).toHaveText(/\w{2}/);
  await expect(page.getByRole('button')).toBeEnabled();
});

test('the guide extension works when it is followed to the letter', async ({ follow, openExtension }) => {
  const openPage = await openExtension(`${await follow('extension')}/dist`);
  const page = await openPage('popup.html');
  await expect(page.locator('pre[data-done]')).toHaveText(/\w{2}/);
  // The model stays when the page goes.
  await page.close();
  const again = await openPage('popup.html');
  await expect(again.locator('pre[data-done]')).toHaveText(/\w{2}/, { timeout: 10_000 });
});

test('README begins with the code of the guide quick-start', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, code] = /^```js\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  expect(readGuide('quick-start').files['src/main.js']).toBe(code);
});

test('every guide about pages is followed, and says with titles which files it is about', () => {
  const folder = new URL('../../docs/guides/', import.meta.url);
  const names = readdirSync(folder).map(file => file.replace(/\.md$/, ''));
  const followed = [...Object.keys(PAGES), 'nextjs', 'extension'];
  expect(names.sort()).toEqual([...followed, ...ELSEWHERE].sort());
  for (const name of followed) expect(Object.keys(readGuide(name).files)).not.toEqual([]);
});
