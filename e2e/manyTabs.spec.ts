import type { BrowserContext, JSHandle, Page } from 'playwright/test';
import type { CompletionRequest } from '../src/protocol/completion.ts';
import { DRAFT_Q4_0 } from './fixtures/models.ts';
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
test.beforeAll(async ({ browser }, { project }) => {
  const { baseURL = '' } = project.use;
  context = await browser.newContext({ baseURL });
});
test.afterAll(() => context.close());

async function openPage(): Promise<Page> {
  const page = await context.newPage();
  await page.goto('harness.html');
  await page.waitForFunction(() => 'foretoken' in window);
  return page;
}

/** Opens tabs whose first one loads the engine. */
async function openTabs(n: number): Promise<Tab[]> {
  const pages: Page[] = [];
  for (let i = 0; i < n; i++) pages.push(await openPage());
  return Promise.all(pages.map(connect));
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

/** Number of workers, and so of engines, in the tabs. */
function engines(tabs: readonly Tab[]): number {
  return tabs.reduce((sum, { page }) => sum + page.workers().length, 0);
}

async function busySlots({ server }: Tab): Promise<number> {
  const { body } = await server.get('/slots');
  if (!Array.isArray(body)) throw new Error(`/slots gave ${JSON.stringify(body)}`);
  return body.filter(slot => slot.is_processing).length;
}

for (const end of ['is closed', 'crashes'] as const) {
  test(`three tabs share an engine, and go on with another when its tab ${end}`, async () => {
    const tabs = await openTabs(3);
    expect(engines(tabs)).toBe(1);
    const host = tabs.find(({ page }) => page.workers().length === 1);
    const [second, third] = tabs.filter(tab => tab !== host);
    if (!host || !second || !third) throw new Error('no tab has the engine');
    for (const { progress } of tabs) expect(await progress.jsonValue()).toContain('ready');
    expect(second.server.report).toEqual(host.server.report);
    const answers = await Promise.all(tabs.map(({ server }) => server.completion(SHORT)));
    expect(new Set(answers.map(({ content }) => content)).size).toBe(1);
    const counts = await second.server.handle.evaluate(server => server.counters());
    expect(Object.values(counts).some(count => count > 0)).toBe(true);

    // Cancellation is that of the tab.
    const cancelled = await PendingCompletion.begin(second.server, { ...ENDLESS, stream: true });
    await expect.poll(() => busySlots(third)).toBe(1);
    await cancelled.abort();
    await expect.poll(() => busySlots(third)).toBe(0);

    const streaming = await PendingCompletion.begin(second.server, { ...ENDLESS, stream: true });
    await expect.poll(() => busySlots(third)).toBe(1);
    const queued = await PendingCompletion.begin(third.server, { ...SHORT, stream: true });
    const begin = Date.now();
    await (end === 'crashes' ? crash(host.page) : host.page.close());
    expect(await streaming.outcome()).toMatchObject({ kind: 'failed', name: 'ForetokenError' });
    const failedMs = Date.now() - begin;
    const replayed = await queued.outcome();
    const answeredMs = Date.now() - begin;
    test
      .info()
      .annotations.push({ type: 'takeover', description: `${failedMs} ms, answer ${answeredMs} ms` });
    console.log(`takeover after ${end}: stream failed at ${failedMs} ms, answered at ${answeredMs} ms`);
    expect(replayed).toMatchObject({ kind: 'answered', status: 200 });
    expect(replayed.kind === 'answered' && replayed.text).toContain('"stop":true');
    expect(engines([second, third])).toBe(1);
    expect((await second.server.completion(SHORT)).content).toBe(answers[0]?.content);

    await Promise.all([second.server.close(), third.server.close()]);
    expect(engines([second, third])).toBe(0);
    await Promise.all([host, second, third].map(({ page }) => page.close()));
  });
}

/** Kills the page's process. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  await session.send('Page.crash').catch(() => {});
  await crashed;
}
