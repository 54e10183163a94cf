import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright/test';
import { expect, test } from './fixtures/test.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Runs axe over what the page shows, in light and in dark. */
async function expectAccessible(page: Page, state: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await page.evaluate(
      (): Promise<AxeResults> => Reflect.get(window, 'axe').run(document),
    );
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
    expect.soft(found, `${state}, ${colorScheme}`).toEqual([]);
  }
}

test('axe finds nothing in the pages and their panels, in light and dark', async ({ page }) => {
  const axe = await readFile(AXE, 'utf8');
  for (const name of ['lab.html', 'compare.html', 'index.html']) {
    await page.goto(name);
    await expect(page.locator('h1')).toBeVisible();
    // The debugger's evaluation is not subject to the page's policy, as an element with a script would be.
    await page.evaluate(axe);
    await expectAccessible(page, name);
  }
  for (const panel of ['panel-models', 'panel-settings', 'panel-draft']) {
    await page.getByTestId(panel).click();
    await expectAccessible(page, panel);
  }
});
