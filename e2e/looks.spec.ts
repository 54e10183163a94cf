import type { Page } from 'playwright/test';
import { chatProfile } from './fixtures/chatPage.ts';
import { CHAT_STATES, DESKTOP, PHONE } from './fixtures/chatStates.ts';
import { richConversation, tracedConversation } from './fixtures/conversations.ts';
import { expect, test } from './fixtures/test.ts';
import { serveTestFonts, useTestFonts } from './fixtures/testFonts.ts';

/** One page for all tests; each opens it anew. */
let page: Page;

test.beforeAll(async ({ browser }, { project }) => {
  page = await chatProfile(browser, project.use, [richConversation(), tracedConversation()]);
  await serveTestFonts(page.context());
});
test.afterAll(() => page.context().close());

for (const [window, { width }] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  for (const { name, open, height } of CHAT_STATES) {
    test(`${name} looks as it did, ${window}`, async () => {
      await page.setViewportSize({ width, height });
      await open(page);
      await useTestFonts(page);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await expect.soft(page).toHaveScreenshot(`${name}-${window}-${colorScheme}.png`);
      }
    });
  }
}
