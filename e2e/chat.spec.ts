import type { Page } from 'playwright/test';
import { PageErrors } from './fixtures/pageErrors.ts';
import { expect, test } from './fixtures/test.ts';

/** Continued greedily by "Hello" until the context is full, so there is time to stop it. */
const LONG = 'Hello Hello Hello';

/** Time for models to load on a busy machine without a GPU. */
const LOADING_MS = 150_000;

/** Conversation of another program, with thoughts, a call of a tool, and a title. */
const IMPORTED = {
  messages: [
    { role: 'user', content: 'What is in the nest?' },
    {
      role: 'assistant',
      content: 'Let me look.',
      reasoning_content: 'A nest may hold eggs.',
      tool_calls: [{ id: '1', function: { name: 'look', arguments: '{"at":"nest"}' } }],
    },
  ],
};

// One page for all tests, which go on where the one before ended.
test.describe.configure({ mode: 'serial' });

let page: Page;
let errors: PageErrors;

test.beforeAll(async ({ browser }, { project }) => {
  const { baseURL } = project.use;
  page = await browser.newPage(baseURL === undefined ? {} : { baseURL });
  errors = new PageErrors(page);
  await page.goto('./');
});
test.afterEach(() => expect(errors.take(), 'errors in the page').toEqual([]));
test.afterAll(() => page.close());

const answers = () => page.getByTestId('answer');

/** Waits until no answer is being written. */
async function expectIdle(): Promise<void> {
  await expect(page.getByTestId('send')).toBeVisible({ timeout: LOADING_MS });
}

async function expectReady(): Promise<void> {
  await expect(page.getByTestId('status')).toHaveText(/is ready/, { timeout: LOADING_MS });
}

async function say(text: string): Promise<void> {
  await page.getByTestId('message').fill(text);
  await page.keyboard.press('Enter');
}

test('the first visit has a story to click, and shows on demand which of its tokens the draft proposed', async () => {
  await expect(page.getByTestId('message')).toBeFocused();
  // The models still load: the page takes the message all the same.
  await page.getByTestId('suggestion').first().click();
  await expect(page.getByTestId('message-user')).toHaveText(/brave dog/);
  await expect(answers()).toHaveText(/tokens · \d+/, { timeout: LOADING_MS });
  await expect(page.getByTestId('gauge')).toHaveText(/^\d+ of 512 tokens/);

  await page.getByTestId('panel-draft').click();
  const panel = page.getByTestId('draft-panel');
  await expect(panel).toHaveText(/Draft accepted\s*\d+ %/);
  await expect(answers().locator('mark')).toHaveCount(0);
  await page.getByTestId('show-draft').click();
  await expect(answers().locator('mark').first()).toBeVisible();
  await panel.getByRole('button', { name: 'Run with and without' }).click();
  await expect(page.getByTestId('comparison-progress')).toContainText(/\d+ tokens, \d+/);
  // A comparison goes on while the panel is closed.
  await page.getByTestId('panel-draft').click();
  await page.getByTestId('panel-draft').click();
  await expect(panel).toContainText('The answers are equal, token by token.', { timeout: LOADING_MS });
  await page.getByTestId('show-draft').click();
  await expect(answers().locator('mark')).toHaveCount(0);
});

test('the Stop button and the Escape key stop an answer, and Continue goes on with it', async () => {
  await page.getByTestId('panel-settings').click();
  const presets = page.getByTestId('presets');
  await presets.getByRole('button', { name: 'Exact' }).click();
  await expect(page.getByTestId('setting-temperature')).toHaveValue('0');
  await page.getByTestId('setting-top_k').fill('3');
  await presets.getByRole('button', { name: 'Save as a preset' }).click();
  await presets.getByRole('textbox').fill('Mine');
  await presets.getByRole('textbox').press('Enter');
  await expect(presets.getByRole('button', { name: 'Mine', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  for (const stop of [() => page.getByTestId('stop').click(), () => page.keyboard.press('Escape')]) {
    await page.getByTestId('new-chat').click();
    // A field that is drawn anew while it is filled would keep its default.
    await expect(page.getByTestId('setting-temperature')).not.toHaveValue('0');
    await page.getByTestId('setting-temperature').fill('0');
    await say(LONG);
    await expect(page.getByTestId('growing')).toHaveText(/Hello/);
    await stop();
    await expect(answers()).toHaveText(/stopped/);
  }
  const nWords = (await answers().textContent())?.match(/Hello/g)?.length ?? 0;
  await page.getByTestId('continue').click();
  // A text, because a pattern for so many words can take the page's thread for minutes where one is missing.
  const longer = Array.from({ length: nWords + 1 }, () => 'Hello').join(' ');
  await expect(page.getByTestId('growing')).toContainText(longer);
  await page.keyboard.press('Escape');
  await expect(answers()).toContainText(longer);
  await expect(answers()).toHaveText(/stopped/);
  // The drafts of a continued answer are those of all its parts.
  await page.getByTestId('show-draft').click();
  await expect(answers().getByRole('region', { name: 'Answer' })).toContainText(longer);
  await page.getByTestId('show-draft').click();
});

test('an edited message and an answer that is asked for again are branches', async () => {
  await page
    .getByTestId('setting-n_predict')
    .evaluate(input => input.closest('details')?.setAttribute('open', ''));
  await page.getByTestId('setting-n_predict').fill('8');
  await page.getByTestId('message-user').getByRole('button', { name: 'Edit' }).click();
  await page.getByTestId('editor').fill('The wise owl said,');
  await page.keyboard.press('Control+Enter');
  await expect(answers()).toHaveText(/limit of tokens/);
  await expect(page.getByTestId('message-user').getByTestId('branch')).toHaveText('2 of 2');
  await page.getByTestId('again').click();
  await expectIdle();
  await expect(page.getByTestId('message-assistant').getByTestId('branch')).toHaveText('2 of 2');
  await page.getByTestId('message-user').getByRole('button', { name: 'Previous branch' }).click();
  await expect(page.getByTestId('message-user')).toHaveText(/Hello Hello/);
});

test('a conversation of another program is imported, with thoughts and calls of tools', async () => {
  await page.getByTestId('import').setInputFiles({
    name: 'nest.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(IMPORTED)),
  });
  await expect(answers()).toHaveText(/Let me look/);
  await page.getByText('Thoughts', { exact: true }).first().click();
  await expect(page.getByText('A nest may hold eggs.')).toBeVisible();
  await expect(page.getByTestId('tool-call')).toHaveText(/look.*"at": "nest"/s);

  await page.getByTestId('import').setInputFiles({
    name: 'notes.json',
    mimeType: 'application/json',
    buffer: Buffer.from('These are my notes.'),
  });
  await expect(page.getByRole('alert')).toContainText('notes.json: Nothing was imported');
  await page.getByRole('button', { name: 'Dismiss' }).click();
});

test('conversations are searched, renamed and deleted', async () => {
  const listed = page.getByTestId('conversation');
  await expect(listed).toHaveCount(4);
  await page.keyboard.press('Control+k');
  // The field may have to be drawn first.
  await expect(page.getByLabel('Search conversations')).toBeFocused();
  await page.keyboard.type('eggs nest');
  await expect(listed).toHaveCount(0);
  await page.getByLabel('Search conversations').fill('nest');
  await expect(listed).toHaveCount(1);
  await listed.hover();
  await listed.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Title').fill('Birds');
  await page.keyboard.press('Enter');
  await page.getByLabel('Search conversations').fill('');
  await listed.filter({ hasText: 'Hello' }).first().hover();
  await listed.filter({ hasText: 'Hello' }).first().getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(listed).toHaveCount(3);
});

test('conversations and models are there after a reload, also when the models’ server is gone', async () => {
  await page.route('**/models/*.gguf', route => route.abort());
  await page.reload();
  await expect(page.getByTestId('conversation')).toHaveCount(3);
  await page.getByTestId('conversation').filter({ hasText: 'brave dog' }).getByRole('button').first().click();
  await expect(answers()).toHaveText(/tokens · \d+/);
  await expect(page.getByTestId('show-draft')).toBeVisible();
  await page.getByTestId('conversation').filter({ hasText: 'Birds' }).getByRole('button').first().click();
  await expect(answers()).toHaveText(/Let me look/);
  await expectReady();

  await page.unroute('**/models/*.gguf');
});

test('a file that is not GGUF is explained, with a way back', async () => {
  await page.getByTestId('panel-models').click();
  await page.getByTestId('local-files').setInputFiles({
    name: 'notes.gguf',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('These are my notes, not a model.'),
  });
  await page.getByTestId('local').getByRole('button', { name: 'Load' }).click();
  const card = page.getByTestId('error');
  await expect(card).toHaveAttribute('data-code', 'invalid_gguf');
  await expect(card).toContainText('notes.gguf');
  await card.getByRole('button', { name: 'bundled' }).click();
  await expectReady();
  await expect(card).toHaveCount(0);
});

test('Complete shows the probability of a token, and writes on from an alternative', async () => {
  await page.getByTestId('tab-complete').click();
  await page.getByTestId('prompt').fill('I believe the meaning of life is');
  await page.getByTestId('run').click();
  await expect(page.getByTestId('status')).toHaveText(/ended|limit/i, { timeout: LOADING_MS });
  await page.getByTestId('output').locator('.token').nth(1).hover();
  const odds = page.getByTestId('odds');
  await expect(odds).toHaveText(/probability of \d/);
  const other = odds.getByRole('button', { disabled: false }).first();
  const text = ((await other.locator('code').textContent()) ?? '').replaceAll('␣', ' ');
  await other.click();
  await expect(page.getByTestId('prompt')).toHaveValue(new RegExp(`${text}$`));
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('run')).toBeEnabled();
});
