import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { expect, test } from './fixtures/test.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

test('axe finds nothing in the pages, in light and dark', async ({ page }) => {
  const axe = await readFile(AXE, 'utf8');
  for (const name of ['index.html', 'lab.html', 'compare.html']) {
    await page.goto(name);
    await expect(page.locator('#app h1, #app main').first()).toBeVisible();
    // The debugger's evaluation is not subject to the page's policy, as an element with a script would be.
    await page.evaluate(axe);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { violations } = await page.evaluate(
        (): Promise<AxeResults> => Reflect.get(window, 'axe').run(document),
      );
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
      );
      expect.soft(found, `${name}, ${colorScheme}`).toEqual([]);
    }
  }
});
