import type { CDPSession, Page } from 'playwright/test';
import { DRAFT_Q4_0 } from './fixtures/models.ts';
import { bundleOpenAi } from './fixtures/openAiClient.ts';
import { PageErrors } from './fixtures/pageErrors.ts';
import { expect, test } from './fixtures/test.ts';

const ENDLESS = { prompt: 'Once', n_predict: -1, ignore_eos: true, temperature: 0 };

/** Response as the page reads it. */
interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Fetches an address of the origin from a page, as any of its scripts would. */
function ask(page: Page, path: string, body?: object): Promise<Reply> {
  return page.evaluate(
    async ({ path, init }) => {
      const response = await fetch(path, init);
      return { status: response.status, body: await response.text() };
    },
    { path, init: body ? { method: 'POST', body: JSON.stringify(body) } : {} },
  );
}

async function busySlots(page: Page): Promise<number> {
  const slots: unknown = JSON.parse((await ask(page, '/slots')).body);
  if (!Array.isArray(slots)) throw new Error(`/slots gave ${JSON.stringify(slots)}`);
  return slots.filter(slot => slot.is_processing).length;
}

/** Loads an engine in the page and lets it answer for the origin. */
async function serve(page: Page): Promise<void> {
  await page.evaluate(async model => {
    const server = await window.foretoken.connectServer({ model, nCtx: 2048 });
    await window.foretoken.serveOrigin(server, {
      script: '/lib/service-worker.js',
      registration: { scope: '/' },
    });
  }, DRAFT_Q4_0);
}

async function stopServiceWorkers(page: Page): Promise<void> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await session.detach();
}

test.describe.configure({ mode: 'serial' });

let page: Page;
let client: Page;
const errors: PageErrors[] = [];
test.beforeAll(async ({ browser }, { project }) => {
  const { baseURL = '' } = project.use;
  const context = await browser.newContext({ baseURL });
  page = await context.newPage();
  client = await context.newPage();
  for (const opened of [page, client]) {
    errors.push(new PageErrors(opened));
    await opened.goto('harness.html');
    await opened.waitForFunction(() => 'foretoken' in window);
  }
  await serve(page);
  await client.reload();
});
test.afterEach(() => {
  // The browser itself logs a response that is an error, or that breaks off.
  const faults = errors
    .flatMap(each => each.take())
    .filter(message => !/Failed to load resource/.test(message));
  expect(faults).toEqual([]);
});
test.afterAll(() => page.context().close());

test('the openai package needs no more than the address, in any tab', async () => {
  const code = await bundleOpenAi();
  const answers = await client.evaluate(async code => {
    const { OpenAI } = await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    const client = new OpenAI({
      apiKey: 'none',
      baseURL: `${location.origin}/v1`,
      dangerouslyAllowBrowser: true,
      maxRetries: 0,
    });
    const request = {
      model: 'any',
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 0,
      max_tokens: 12,
    };
    const whole = await client.chat.completions.create(request);
    const texts: string[] = [];
    for await (const { choices } of await client.chat.completions.create({ ...request, stream: true })) {
      texts.push(choices[0]?.delta.content ?? '');
    }
    return { whole: whole.choices[0].message.content, texts: texts.filter(text => text !== '') };
  }, code);
  expect(answers.whole).not.toBe('');
  expect(answers.texts.join('')).toBe(answers.whole);
  expect(answers.texts.length).toBeGreaterThan(2);
});

test('the files of the origin, its pages and unknown paths pass untouched', async () => {
  expect((await ask(client, '/health')).body).toBe('{"status":"ok"}');
  const model = await client.evaluate(
    async address => (await (await fetch(address)).arrayBuffer()).byteLength,
    `/${DRAFT_Q4_0}`,
  );
  expect(model).toBeGreaterThan(100_000);
  expect((await ask(client, '/nothing')).body).not.toContain('not_found_error');
  expect(JSON.parse((await ask(client, '/v1/nothing')).body)).toMatchObject({
    error: { type: 'not_found_error' },
  });
});

for (const leave of ['aborts', 'closes its tab'] as const) {
  test(`a request of a client that ${leave} frees its slot`, async () => {
    const leaving = await client.context().newPage();
    await leaving.goto('harness.html');
    const started = await leaving.evaluate(
      async body => {
        const controller = new AbortController();
        Object.assign(window, { controller });
        const response = await fetch('/completion', { method: 'POST', body, signal: controller.signal });
        const first = await response.body?.getReader().read();
        return first?.value !== undefined;
      },
      JSON.stringify({ ...ENDLESS, stream: true }),
    );
    expect(started).toBe(true);
    expect(await busySlots(client)).toBe(1);
    if (leave === 'aborts') {
      await leaving.evaluate(() => 'controller' in window && (window.controller as AbortController).abort());
    }
    if (leave === 'closes its tab') await leaving.close();
    await expect.poll(() => busySlots(client)).toBe(0);
    await leaving.close();
  });
}

test('a client that leaves before its response has begun frees its slot', async () => {
  await client.evaluate(async body => {
    const controller = new AbortController();
    const pending = fetch('/completion', { method: 'POST', body, signal: controller.signal });
    Object.assign(window, { controller, pending: pending.catch(() => {}) });
  }, JSON.stringify(ENDLESS));
  await expect.poll(() => busySlots(client)).toBe(1);
  await client.evaluate(() => 'controller' in window && (window.controller as AbortController).abort());
  await expect.poll(() => busySlots(client)).toBe(0);
});

test('a service worker that the browser has stopped finds the engine again, and leaves no slot busy', async () => {
  const cut = await client.evaluateHandle(
    body => {
      const read = async () => {
        const response = await fetch('/completion', { method: 'POST', body });
        return response.text();
      };
      return { done: read().then(String, (error: unknown) => String(error)) };
    },
    JSON.stringify({ ...ENDLESS, stream: true }),
  );
  await expect.poll(() => busySlots(client)).toBe(1);
  await stopServiceWorkers(client);
  expect(await cut.evaluate(({ done }) => done)).toMatch(/error/i);
  await expect.poll(() => busySlots(client)).toBe(0);
  const request = { prompt: 'Once', n_predict: 4, temperature: 0 };
  expect(JSON.parse((await ask(client, '/completion', request)).body).content).not.toBe('');
});

test('without a tab that has an engine, a stream ends with an error and later requests get 503', async () => {
  const streaming = await client.evaluateHandle(
    body => {
      const read = async () => (await fetch('/completion', { method: 'POST', body })).text();
      return { done: read() };
    },
    JSON.stringify({ ...ENDLESS, stream: true }),
  );
  await expect.poll(() => busySlots(client)).toBe(1);
  await page.goto('about:blank');
  expect(await streaming.evaluate(({ done }) => done)).toMatch(/data: \{"error":\{"code":50\d.*\}\n\n$/);
  for (const path of ['/health', '/v1/models']) {
    const { status, body } = await ask(client, path);
    expect(status).toBe(503);
    expect(JSON.parse(body)).toEqual({
      error: { code: 503, type: 'unavailable_error', message: expect.stringContaining('serveOrigin()') },
    });
  }
});
