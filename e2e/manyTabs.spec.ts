import type { BrowserContext, JSHandle, Page } from 'playwright/test';
import type { CompletionRequest } from '../src/protocol/completion.ts';
import { DRAFT_Q4_0 } from './fixtures/models.ts';
import { PageErrors } from './fixtures/pageErrors.ts';
import { PageServer } from './fixtures/pageServer.ts';
import { PendingCompletion } from './fixtures/pendingCompletion.ts';
import { expect, test } from './fixtures/test.ts';

const SHORT = { prompt: 'Once upon a time', n_predict: 8, temperature: 0 } as const;
const ENDLESS: CompletionRequest = { ...SHORT, n_predict: -1, ignore_eos: true };
const OPTIONS = { model: DRAFT_Q4_0, nCtx: 2048, countCalls: true } as const;

interface Tab {
  readonly page: Page;
  readonly server: PageServer;
  readonly progress: JSHandle<string[]>;
}

let context: BrowserContext;
const errors: PageErrors[] = [];
test.beforeAll(async ({ browser }, { project }) => {
  const { baseURL = '' } = project.use;
  context = await browser.newContext({ baseURL });
});
test.afterAll(() => context.close());

async function openPage(): Promise<Page> {
  const page = await context.newPage();
  errors.push(new PageErrors(page));
  await page.goto('harness.html');
  await page.waitForFunction(() => 'foretoken' in window);
  return page;
}

async function connect(page: Page): Promise<Tab> {
  const progress = await page.evaluateHandle((): string[] => []);
  const handle = await page.evaluateHandle(
    ({ options, progress }) =>
      window.foretoken.connectServer({ ...options, onProgress: ({ phase }) => progress.push(phase) }),
    { options: OPTIONS, progress },
  );
  return { page, server: await PageServer.of(handle), progress };
}

async function busySlots({ server }: Tab): Promise<number> {
  const { body } = await server.get('/slots');
  if (!Array.isArray(body)) throw new Error(`/slots gave ${JSON.stringify(body)}`);
  return body.filter(slot => slot.is_processing).length;
}

/** Tab with the engine, and the others. */
function hostOf(tabs: readonly Tab[]): { host: Tab; guests: readonly Tab[] } {
  const host = tabs.find(({ page }) => page.workers().length === 1);
  if (!host) throw new Error('no tab has the engine');
  return { host, guests: tabs.filter(tab => tab !== host) };
}

/**
 * Ends the host by `end` during a stream, while another request waits. Expects the stream to fail and the other request to be
 * answered by the next engine. Resolves with the tabs that are left.
 */
async function expectTakeover(
  tabs: readonly Tab[],
  end: (page: Page) => Promise<void>,
): Promise<readonly Tab[]> {
  const { host, guests } = hostOf(tabs);
  const [first = host, last = first] = guests;
  const streaming = await PendingCompletion.begin(first.server, { ...ENDLESS, stream: true });
  await expect.poll(() => busySlots(last)).toBe(1);
  const waiting = await PendingCompletion.begin(last.server, { ...SHORT, stream: true });
  await end(host.page);
  const begin = Date.now();
  expect(await streaming.outcome()).toMatchObject({ kind: 'failed', name: 'ForetokenError' });
  expect(Date.now() - begin, 'ms until the loss is noticed').toBeLessThan(3000);
  expect(await waiting.outcome()).toMatchObject({
    kind: 'answered',
    status: 200,
    text: expect.stringContaining('"stop":true'),
  });
  const description = `${Date.now() - begin} ms from the end of the tab to the end of the repeated answer`;
  test.info().annotations.push({ type: 'takeover', description });
  expect(hostOf(guests).host).not.toBe(host);
  return guests;
}

test('three tabs share an engine, and go on with another when its tab is closed, and when the next one crashes', async () => {
  const pages = [await openPage(), await openPage(), await openPage()];
  const tabs = await Promise.all(pages.map(connect));
  const { host, guests } = hostOf(tabs);
  for (const { server, progress } of guests) {
    expect(await progress.jsonValue()).toContain('ready');
    expect(server.report).toEqual(host.server.report);
    const counts = await server.handle.evaluate(server => server.counters());
    expect(Object.values(counts).some(count => count > 0)).toBe(true);
  }
  const answers = await Promise.all(tabs.map(({ server }) => server.completion(SHORT)));
  expect(new Set(answers.map(({ content }) => content)).size).toBe(1);

  const [guest = host] = guests;
  const cancelled = await PendingCompletion.begin(guest.server, { ...ENDLESS, stream: true });
  await expect.poll(() => busySlots(host)).toBe(1);
  await cancelled.abort();
  await expect.poll(() => busySlots(host)).toBe(0);

  const left = await expectTakeover(tabs, page => page.close());
  const [last = host] = await expectTakeover(left, crash);
  expect((await last.server.completion(SHORT)).content).toBe(answers[0]?.content);
  await last.server.close();
  await expect.poll(() => last.page.workers().length).toBe(0);
  expect(errors.flatMap(each => each.take())).toEqual(['the page crashed']);
});

/** Kills the page's process. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // Never answered.
  session.send('Page.crash').catch(() => {});
  await crashed;
}
