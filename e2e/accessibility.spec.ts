import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright/test';
import { specBenchOf } from '../src/report/specBench/build.ts';
import { answer, CONDITIONS, drafted } from '../src/report/specBench/fixtures.ts';
import { chatProfile } from './fixtures/chatPage.ts';
import { CHAT_STATES, DESKTOP, PHONE } from './fixtures/chatStates.ts';
import { richConversation, rightToLeftConversation, tracedConversation } from './fixtures/conversations.ts';
import { expect, test } from './fixtures/test.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** Window of 1280 × 720 at a zoom of 200 %. */
const ZOOMED = { width: 640, height: 360 };
const MOST_TABS = 150;

/** One page for all tests; each opens it anew. */
let page: Page;

test.beforeAll(async ({ browser }, { project }) => {
  const conversations = [richConversation(), tracedConversation(), rightToLeftConversation()];
  page = await chatProfile(browser, project.use, conversations);
});
test.afterAll(() => page.context().close());

/** Runs axe over what the page shows in light, and for contrasts in dark, which has the same elements. */
async function expectAccessible(state: string): Promise<void> {
  // The debugger's evaluation is not subject to the page's policy, as an element with a script would be.
  await page.evaluate(await readFile(AXE, 'utf8'));
  for (const [colorScheme, options] of [
    ['light', {}],
    ['dark', { runOnly: ['color-contrast'] }],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await page.evaluate(
      (options): Promise<AxeResults> => Reflect.get(window, 'axe').run(document, options),
      options,
    );
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
    expect.soft(found, `${state}, ${colorScheme}`).toEqual([]);
  }
}

test('axe finds nothing in the lab and in the comparison, in light and dark', async () => {
  await page.setViewportSize({ ...DESKTOP, height: 700 });
  for (const name of ['lab.html', 'compare.html']) {
    await page.goto(name);
    await expect(page.locator('h1')).toBeVisible();
    await expectAccessible(name);
  }
});

test('axe finds nothing in a result of spec-bench, in light and dark', async () => {
  await page.setViewportSize({ ...DESKTOP, height: 700 });
  await page.goto('spec-bench.html');
  const bench = await specBenchOf([answer(), drafted()], CONDITIONS);
  const buffer = Buffer.from(JSON.stringify(bench));
  await page.getByTestId('file').setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer });
  await expect(page.getByTestId('charts')).toBeVisible();
  await expectAccessible('spec-bench.html');
});

for (const [window, { width }] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  test(`axe finds nothing in any state of the chat page, ${window}, in light and dark`, async () => {
    for (const { name, open, height } of CHAT_STATES) {
      await page.setViewportSize({ width, height });
      await open(page);
      await expectAccessible(`${name}, ${window}`);
    }
  });
}

for (const [window, size] of Object.entries({
  'at a zoom of 200 %': ZOOMED,
  'on a phone': { ...PHONE, height: 844 },
})) {
  test(`no state of the chat page scrolls sideways or cuts anything off ${window}`, async () => {
    await page.setViewportSize(size);
    for (const { name, open } of CHAT_STATES) {
      await open(page);
      expect.soft(await page.evaluate(cutOff), name).toEqual([]);
    }
  });
}

/** Lists what lies beyond the sides of the window, unless it scrolls by itself. */
function cutOff(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  const scrolls = (element: Element | null): boolean =>
    element !== null &&
    (/auto|scroll/.test(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth
      ? element.matches('pre, .table, .formula')
      : scrolls(element.parentElement));
  const beyond = [...document.querySelectorAll('body *')].filter(element => {
    const { left, right, width, height } = element.getBoundingClientRect();
    const isShown = width > 1 && height > 1 && element.checkVisibility({ opacityProperty: true });
    return isShown && (right > clientWidth + 1 || left < -1) && !scrolls(element);
  });
  return [
    ...(scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide in a window of ${clientWidth}`] : []),
    ...beyond.map(element => element.outerHTML.slice(0, 120)),
  ];
}

test('text from right to left has its direction in messages, in lists and in the composer', async () => {
  await page.setViewportSize({ ...DESKTOP, height: 700 });
  await page.goto('./?rtl#rtl');
  const direction = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate(element => getComputedStyle(element).direction);
  await expect(page.locator('.markdown h4')).toHaveText('الكلب الشجاع');
  expect(await direction('.said > .plain')).toBe('rtl');
  expect(await direction('.markdown h4')).toBe('rtl');
  expect(await direction('.markdown li')).toBe('rtl');
  expect(await direction('.conversation .title[aria-current]')).toBe('rtl');
  // Marks of a list are at the side where its lines begin.
  const { marks, ends } = await page.locator('.markdown ul').evaluate(list => {
    const style = getComputedStyle(list);
    return { marks: style.paddingRight, ends: style.paddingLeft };
  });
  expect(Number.parseFloat(marks)).toBeGreaterThan(Number.parseFloat(ends));
  await page.getByTestId('message').fill('ثم ماذا؟');
  expect(await direction('#message')).toBe('rtl');
  await page.getByTestId('message').fill('And then?');
  expect(await direction('#message')).toBe('ltr');
});

test('where less motion is wanted nothing moves, not even while an answer is written', async () => {
  for (const reducedMotion of ['reduce', 'no-preference'] as const) {
    await page.emulateMedia({ reducedMotion });
    // In a conversation of its own: the others are the states of later tests.
    await page.goto(`./?motion=${reducedMotion}`);
    await page.getByTestId('message').fill('And then?');
    await page.keyboard.press('Enter');
    await expect(page.locator('.caret')).toBeVisible();
    const moving = await page.evaluate(() => document.getAnimations().map(({ playState }) => playState));
    // Otherwise the caret blinks, or this test would see nothing.
    expect(moving).toEqual(reducedMotion === 'reduce' ? [] : ['running']);
    await page.getByTestId('panel-settings').click();
    if (reducedMotion === 'reduce') {
      expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    }
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('growing')).toHaveCount(0);
  }
});

test('the Tab key reaches every control, and shows where it is', async () => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ ...DESKTOP, height: 700 });
  for (const { name, open } of CHAT_STATES.filter(({ name }) => name !== 'welcome')) {
    await open(page);
    const wanted = await page.evaluate(numberControls);
    const reached = new Set<string>();
    for (let i = 0; i < MOST_TABS; i++) {
      await page.keyboard.press('Tab');
      const { id, problem } = await page.evaluate(describeFocus);
      if (id !== null && reached.has(id)) break;
      if (id !== null) reached.add(id);
      expect.soft(problem, name).toBe('');
    }
    expect
      .soft(
        wanted.filter(({ id }) => !reached.has(id)),
        `${name}: not reached`,
      )
      .toEqual([]);
  }
});

/** Gives every control that can be used a number, and lists them. The choices of a group have one, because the arrow keys move between them. */
function numberControls(): { id: string; html: string }[] {
  const dialog = document.querySelector('dialog[open]');
  const controls = [
    ...(dialog ?? document).querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [tabindex]',
    ),
  ].filter(
    element =>
      element.tabIndex >= 0 &&
      !element.matches(':disabled') &&
      element.checkVisibility() &&
      !element.closest('details:not([open]) > :not(summary)'),
  );
  const groups = new Map<string, string>();
  return controls.map((element, index) => {
    const group = element instanceof HTMLInputElement && element.type === 'radio' ? element.name : null;
    const id = (group !== null && groups.get(group)) || String(index);
    if (group !== null) groups.set(group, id);
    element.dataset.control = id;
    return { id, html: element.outerHTML.slice(0, 120) };
  });
}

/** Number of the control that has the focus, and what is wrong with how it shows that. */
function describeFocus(): { id: string | null; problem: string } {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body) return { id: null, problem: '' };
  const id = element.dataset.control ?? null;
  const html = element.outerHTML.slice(0, 120);
  const { width, height, top, bottom } = element.getBoundingClientRect();
  // A radio button may be invisible, and its label shows the focus; of the composer the frame does.
  const shown = element.matches('#message') ? element.closest('form') : element;
  const isOutlined = [shown, shown?.nextElementSibling].some(each => {
    if (!each) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== 'none' && outlineWidth !== '0px';
  });
  const primary = shown?.querySelector('button.primary');
  const isFramed =
    element.matches('#message') &&
    shown !== null &&
    primary &&
    getComputedStyle(shown).borderColor === getComputedStyle(primary).backgroundColor;
  const opacity = element.checkVisibility({ opacityProperty: true });
  const isInSight = bottom > 0 && top < innerHeight && width > 0 && height > 0;
  const isRadio = element.matches('[type=radio]');
  const problems = [
    isOutlined || isFramed ? '' : 'has no visible focus',
    isInSight ? '' : 'is out of sight',
    opacity || isRadio ? '' : 'is transparent',
  ].filter(problem => problem !== '');
  return { id, problem: problems.length === 0 ? '' : `${html} ${problems.join(', ')}` };
}
