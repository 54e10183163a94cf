import { HOSTILE_TEXTS } from './fixtures/hostileTexts.ts';
import type * as Views from './fixtures/markdownViews.tsx';
import { openModule } from './fixtures/modules.ts';
import { expect, test } from './fixtures/test.ts';

const VIEWS = './markdownViews.tsx';

const PARTS = [
  '# Title',
  'A **bold** word, `code` and [a link](https://a.example/path).',
  '1. one\n   - two\n2. three',
  '> quoted\n> text',
  '| a | b |\n|---|--:|\n| 1 | **2** |',
  '- [x] done',
  'Euler knew $e^{i\\pi} = -1$.',
  '```js\nconst a = `x`;\n```',
  '![chart](https://a.example/c.png)',
  'שלום',
];
const TEXT = PARTS.join('\n\n');

test('the page shows a text, and keeps its elements and height while it grows', async ({ page }) => {
  const views = await openModule<typeof Views>(page, VIEWS);
  await views.evaluate(({ show }, text) => show(text), TEXT);
  const root = page.locator('.markdown');
  await expect(root.getByRole('heading', { level: 3 })).toHaveText('Title');
  await expect(root.locator('ol > li')).toHaveText([/one\s*two/, 'three']);
  await expect(root.getByRole('cell')).toHaveText(['1', '2']);
  await expect(root.getByRole('checkbox')).toBeChecked();
  await expect(root.locator('.code-keyword')).toHaveText('const');
  await expect(root.locator('.katex math')).toHaveCount(1);
  await expect(root.getByRole('link')).toHaveText(['a link', 'Image: chart – https://a.example/c.png']);
  await expect(root.getByText('שלום')).toHaveCSS('text-align', 'start');
  await expect(root.locator('.block').last()).toHaveCSS('direction', 'rtl');

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await root.getByRole('button', { name: 'Copy' }).click();
  await expect(root.getByRole('button')).toHaveText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('const a = `x`;');

  const { shrunk, kept } = await views.evaluate(async ({ show }, text) => {
    const shrunk: string[] = [];
    show('');
    let before = 0;
    let first: Element | null = null;
    for (let end = 1; end <= text.length; end++) {
      show(text.slice(0, end), true);
      // Formulas are typeset once the typesetter is there.
      await new Promise(resolve => setTimeout(resolve));
      const height = document.querySelector('.markdown')?.clientHeight ?? 0;
      if (height < before) shrunk.push(`${before} to ${height} after ${JSON.stringify(text.slice(0, end))}`);
      before = height;
      first ??= document.querySelector('.markdown h3');
    }
    show(text);
    return { shrunk, kept: first === document.querySelector('.markdown h3') };
  }, TEXT);
  expect(shrunk).toEqual([]);
  expect(kept).toBe(true);
});

test('a text of 20,000 characters takes little script per frame', async ({ page }) => {
  const views = await openModule<typeof Views>(page, VIEWS);
  const text = `${TEXT}\n\n`.repeat(100).slice(0, 20_000);
  const durations = await views.evaluate(({ stream }, text) => stream(text, 100), text);
  // Well above what an idle machine takes, well below what reading all of the text takes.
  expect(durations.toSorted((a, b) => a - b)[durations.length / 2]).toBeLessThan(5);
});

test('no hostile text runs script, requests anything or blocks the page', async ({ page, baseURL }) => {
  const requests: string[] = [];
  page.on('request', request => {
    if (!request.url().startsWith(String(baseURL))) requests.push(request.url());
  });
  page.on('dialog', dialog => requests.push(dialog.message()));
  const views = await openModule<typeof Views>(page, VIEWS);
  await views.evaluate(({ show }, text) => show(text), TEXT);
  // The parts that load when they are needed have loaded.
  await expect(page.locator('.code-keyword')).toBeVisible();
  await expect(page.locator('.katex')).toBeVisible();
  for (const text of HOSTILE_TEXTS) {
    const found = await views.evaluate(inspect, text);
    expect(found, text.slice(0, 100)).toEqual({
      elements: [],
      attributes: [],
      addresses: [],
      tooLarge: [],
      slow: [],
    });
  }
  expect(await page.evaluate(() => 'executed' in window)).toBe(false);
  expect(requests).toEqual([]);
});

/** Shows a text while it grows and complete, and lists what no text may lead to. */
async function inspect({ show }: typeof Views, text: string) {
  const durations: number[] = [];
  for (const end of [text.length / 2, text.length - 1, text.length]) {
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    show(text.slice(0, end), end < text.length);
    durations.push(performance.now() - start);
  }
  // Effects follow a frame, and highlighting follows them.
  await new Promise(requestAnimationFrame);
  for (let i = 0; i < 4; i++) await new Promise(resolve => setTimeout(resolve));
  const all = [...document.querySelectorAll('.markdown *')];
  const allowed =
    /^(?:a|annotation|blockquote|br|button|code|div|em|h[3-6]|hr|input|li|math|m[a-z]+|ol|p|path|pre|s|semantics|span|strong|svg|table|tbody|td|th|thead|tr|ul|line)$/;
  return {
    elements: all.map(({ localName }) => localName).filter(name => !allowed.test(name)),
    attributes: all.flatMap(element =>
      element.getAttributeNames().filter(name => /^on|^src|^srcset|^id$|^action/.test(name)),
    ),
    addresses: all
      .flatMap(element => element.getAttribute('href') ?? element.getAttribute('xlink:href') ?? [])
      .filter(address => !/^(?:https?|mailto):/.test(address)),
    tooLarge: all
      .filter(element => element.closest('.katex') && element.clientHeight > 2000)
      .map(({ className }) => className),
    slow: durations.filter(duration => duration > 1000),
  };
}
