import type { Page } from 'playwright/test';
import { chatProfile } from './fixtures/chatPage.ts';
import { longConversation } from './fixtures/conversations.ts';
import { type Frame, framesDuring } from './fixtures/frames.ts';
import { expect, test } from './fixtures/test.ts';

const N_MESSAGES = 500;
/** Most milliseconds of the page's thread for the work of a frame. */
const LIMIT_MS = 50;

/** Pixels between what is visible and the end of the conversation. */
function toEnd(page: Page): Promise<number> {
  return page
    .locator('.scroll')
    .evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight);
}

test(`a conversation of ${N_MESSAGES} messages opens, scrolls, takes typing and grows with no frame over ${LIMIT_MS} ms`, async ({
  browser,
}, { project }) => {
  const page = await chatProfile(browser, project.use, [longConversation(N_MESSAGES)]);
  const messages = page.locator('.message');
  const frames = new Map<string, readonly Frame[]>();
  const during = async (what: string, run: () => Promise<void>) =>
    frames.set(what, await framesDuring(browser, page, run));

  await during('opening the page', async () => {
    await page.goto('./#long');
    await expect(messages).toHaveCount(N_MESSAGES);
    await expect(messages.last().locator('.katex').first()).toBeVisible();
    await expect(page.getByTestId('status')).toHaveText(/is ready/);
  });
  expect(await toEnd(page)).toBeLessThan(2);

  await during('opening the conversation', async () => {
    await page.getByTestId('new-chat').click();
    await expect(messages).toHaveCount(0);
    await page.getByTestId('conversation').getByRole('button').first().click();
    await expect(messages).toHaveCount(N_MESSAGES);
    await expect(messages.last().locator('.katex').first()).toBeVisible();
  });
  expect(await toEnd(page)).toBeLessThan(2);

  // By the pointer alone: to find elements, the test would have the page's thread search 500 messages.
  const list = await page.locator('.scroll').evaluate(element => element.getBoundingClientRect().toJSON());
  await page.mouse.move(list.x + list.width / 2, list.y + list.height / 2);
  await during('scrolling', async () => {
    for (let i = 0; i < 60; i++) {
      await page.mouse.wheel(0, -900);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    expect(await toEnd(page)).toBeGreaterThan(10_000);
    await page.mouse.click(list.x + list.width / 2, list.bottom - 30);
    await page.evaluate(() => new Promise(resolve => setTimeout(resolve, 500)));
  });
  expect(await toEnd(page)).toBeLessThan(2);
  await page.getByTestId('message').focus();
  await during('typing', () => page.keyboard.type('What does a draft of 500 bring?', { delay: 20 }));

  await during('writing an answer', async () => {
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('growing')).toContainText('Part 1');
    await expect(page.getByTestId('growing')).toHaveCount(0);
  });
  await expect(messages).toHaveCount(N_MESSAGES + 2);
  await expect(messages.last()).toContainText('Part 5');
  expect(await toEnd(page)).toBeLessThan(2);
  await page.context().close();

  for (const [what, made] of frames) {
    const longest = made.toSorted((a, b) => b.workMs - a.workMs)[0];
    const figures = `${made.length} frames, the longest ${longest.workMs.toFixed(1)} ms, of these ${longest.scriptMs.toFixed(1)} ms in scripts`;
    console.log(`${what}: ${figures}`);
    // Without tracing there would be no frames, and nothing to fail.
    expect.soft(made.length, what).toBeGreaterThan(5);
    expect.soft(longest.workMs, `${what}: ${figures}`).toBeLessThan(LIMIT_MS);
  }
});
