import { loadavg } from 'node:os';
import type { Browser } from 'playwright/test';
import { expect, test } from './fixtures/test.ts';

/** Number of visits; a median needs more than the one that shows a fault. */
const N_VISITS = Number(process.env.FORETOKEN_VISITS ?? 1);
const FOCUSED_MS = 1000;
/** Far above what an idle machine takes, see docs/performance.md: other programs slow the compilation of shaders down. */
const FIRST_TOKEN_MS = 10_000;

interface Visit {
  /** Milliseconds from the start of the navigation until the field for the message has the focus. */
  readonly focused: number;
  /** And until the first text of an answer is there, which was asked for as soon as that was possible. */
  readonly firstToken: number;
}

/** Visits the page with a new profile, and clicks the first suggestion as soon as it is there. */
async function visit(browser: Browser, baseURL: string | undefined): Promise<Visit> {
  const context = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const page = await context.newPage();
  // The page itself takes the times: the way to the test would add to them.
  await page.addInitScript(() => {
    const times: Record<string, number> = {};
    Object.assign(window, { times });
    document.addEventListener('focusin', ({ target }) => {
      if (target instanceof HTMLElement && target.id === 'message') times.focused ??= performance.now();
    });
    new MutationObserver(() => {
      const suggestion = document.querySelector<HTMLElement>('[data-testid="suggestion"]');
      if (suggestion && times.asked === undefined) {
        times.asked = performance.now();
        suggestion.click();
      }
      if (document.querySelector('[data-testid="growing"] .markdown')) times.firstToken ??= performance.now();
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto('./');
  const times = await page.waitForFunction((): Visit | false => {
    const times: Partial<Visit> = Reflect.get(window, 'times');
    const { focused, firstToken } = times;
    return focused !== undefined && firstToken !== undefined && { focused, firstToken };
  });
  const measured = await times.jsonValue();
  await context.close();
  if (measured === false) throw new Error('the wait ended before the first token');
  return measured;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

test(`a first visit can type within ${FOCUSED_MS} ms, and has the bundled pair’s first token within ${FIRST_TOKEN_MS} ms`, async ({
  browser,
}, { project }) => {
  const visits: Visit[] = [];
  for (let i = 0; i < N_VISITS; i++) visits.push(await visit(browser, project.use.baseURL));
  const listed = (of: keyof Visit) => visits.map(each => Math.round(each[of])).join(', ');
  const load = loadavg()[0]?.toFixed(1);
  const figures = `focused after ${listed('focused')} ms, first token after ${listed('firstToken')} ms; load average ${load}`;
  console.log(figures);
  expect.soft(median(visits.map(({ focused }) => focused)), figures).toBeLessThan(FOCUSED_MS);
  expect.soft(median(visits.map(({ firstToken }) => firstToken)), figures).toBeLessThan(FIRST_TOKEN_MS);
});
