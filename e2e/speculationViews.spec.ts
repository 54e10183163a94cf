import { openModule } from './fixtures/modules.ts';
import type * as Views from './fixtures/speculationViews.tsx';
import { expect, test } from './fixtures/test.ts';

const VIEWS = './speculationViews.tsx';
const N_TOKENS = 2000;
/** Milliseconds that the script may take to draw one more token. */
const LIMIT_MS = 8;

test('the views of a trace say where a token came from, what was refused and what a round did', async ({
  page,
}) => {
  const views = await openModule<typeof Views>(page, VIEWS);
  await views.evaluate(({ show }) => show());
  const text = page.getByRole('region', { name: 'Answer', exact: true });
  await expect(text).toHaveText(/^Do you want to play with the ball\? Answer: It saw a blue hat\./);
  await expect(text.locator('mark').filter({ hasText: /^you$/ })).toHaveClass('kind-draft-simple');

  await text.getByText('play', { exact: true }).hover();
  await expect(page.getByRole('status').first()).toHaveText('" play" draft model, token 4 of 4, round 1');
  await page.getByRole('button', { name: 'Next token' }).press('Enter');
  await expect(page.getByRole('status').first()).toHaveText(
    '" with" sampled behind 4 accepted tokens of a draft, round 1',
  );

  await expect(text.locator('del')).toHaveCount(0);
  await page.getByLabel('Show refused tokens').check();
  await expect(text.locator('del').first()).toHaveText('yellow ball.');

  const panel = page.getByRole('region', { name: 'Speculation in this answer' });
  await expect(panel).toContainText('85 of 147');
  await expect(panel.getByRole('img', { name: /^Accepted, by position/ })).toHaveAccessibleName(
    /position 1: 27 of 33, position 2/,
  );
  const slider = panel.getByRole('slider', { name: 'Round' });
  await slider.fill('7');
  await expect(slider).toHaveAttribute('aria-valuetext', 'Round 7, draft model: 2 of 4 accepted in 35 ms');
  const compared = page.getByRole('region', { name: 'With and without speculation' });
  await compared.getByRole('button', { name: 'Run with and without speculation' }).click();
  await expect(compared).toContainText('2.00 × as fast with speculation');
  await expect(compared).toContainText('The answers are equal, token by token.');
  await panel.getByText('As tables').click();
  await expect(panel.getByRole('row', { name: /^draft model/ })).toContainText('26');
});

test(`a traced text of ${N_TOKENS} tokens grows without a halt`, async ({ page }) => {
  const views = await openModule<typeof Views>(page, VIEWS);
  const times = await views.evaluate(({ stream }, nTokens) => stream(nTokens), N_TOKENS);
  // The median of the last tokens: other work on the machine interrupts single drawings.
  const last = times.slice(-101).sort((a, b) => a - b);
  expect(last[50]).toBeLessThan(LIMIT_MS);
  expect(await page.locator('[data-token]').count()).toBe(N_TOKENS);
});
