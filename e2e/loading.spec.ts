import type { Page } from 'playwright/test';
import {
  bundledFile,
  bytesInPage,
  DRAFT_Q4_0,
  fileInPage,
  MOE_Q4_0,
  NO_STORIES260K,
  STORIES260K,
} from './fixtures/models.ts';
import { type PageModel, PageServer } from './fixtures/pageServer.ts';
import { splitModel } from './fixtures/splitModel.ts';
import { expect, test } from './fixtures/test.ts';

const REQUEST = { prompt: 'Once upon a time', n_predict: 8, temperature: 0 } as const;

/** First bytes of the bundled draft model. */
function truncated(page: Page, sizeBytes: number): Promise<PageModel> {
  return fileInPage(page, bundledFile(DRAFT_Q4_0), sizeBytes);
}

async function expectNoWorkers(page: Page): Promise<void> {
  await expect.poll(() => page.workers().length).toBe(0);
}

const BAD_FILES: readonly { name: string; model: (page: Page) => Promise<PageModel>; code: string }[] = [
  { name: 'a file that is not GGUF', model: async () => 'index.html', code: 'invalid_gguf' },
  { name: 'an empty file', model: page => truncated(page, 0), code: 'invalid_gguf' },
  { name: 'a GGUF truncated in its header', model: page => truncated(page, 4_000), code: 'invalid_gguf' },
  { name: 'a GGUF truncated in its weights', model: page => truncated(page, 200_000), code: 'invalid_gguf' },
  { name: 'an address without a file', model: async () => 'models/missing.gguf', code: 'fetch_failed' },
];

test.describe('loading', () => {
  // The browser itself logs a 404, whatever the page does with it.
  test.use({ expectedErrors: [/Failed to load resource.*404/] });

  for (const { name, model, code } of BAD_FILES) {
    test(`the page refuses ${name}`, async ({ harness }) => {
      const error = await PageServer.startError(harness.page, { model: await model(harness.page) });
      expect(error).toMatchObject({ code, message: expect.stringMatching(/\S/) });
      await expectNoWorkers(harness.page);
    });
  }

  test('the next model loads after every refusal', async ({ harness, startServer }) => {
    for (const { model, code } of BAD_FILES) {
      const error = await PageServer.startError(harness.page, { model: await model(harness.page) });
      expect(error).toMatchObject({ code });
    }
    const server = await startServer({ model: DRAFT_Q4_0, nCtx: 512 });
    expect((await server.completion(REQUEST)).content).not.toBe('');
  });

  test('a draft with another vocabulary is refused', async ({ harness }) => {
    test.skip(STORIES260K === undefined, NO_STORIES260K);
    const modelDraft = await fileInPage(harness.page, STORIES260K ?? '');
    const error = await PageServer.startError(harness.page, { model: MOE_Q4_0, modelDraft });
    expect(error).toMatchObject({ code: 'draft_incompatible' });
    await expectNoWorkers(harness.page);
  });

  test('an unsuitable draft is dropped if that is allowed, unless its acceptance is to be measured', async ({
    harness,
    startServer,
  }) => {
    test.skip(STORIES260K === undefined, NO_STORIES260K);
    const modelDraft = await fileInPage(harness.page, STORIES260K ?? '');
    const options = { model: MOE_Q4_0, modelDraft, nCtx: 512, draftRequired: false };
    const server = await startServer(options);
    expect(server.report).toMatchObject({
      draft: null,
      warnings: [expect.stringContaining('does not fit the target')],
    });
    expect((await server.completion(REQUEST)).timings.draft_n).toBeUndefined();
    const error = await PageServer.startError(harness.page, { ...options, specSynthLen: 2 });
    expect(error).toMatchObject({ code: 'draft_incompatible' });
  });

  test('a model can be given as bytes as well as by its address', async ({ harness, startServer }) => {
    const byUrl = await startServer({ model: DRAFT_Q4_0, nCtx: 512 });
    const byBytes = await startServer({
      model: await fileInPage(harness.page, bundledFile(DRAFT_Q4_0)),
      nCtx: 512,
    });
    expect((await byBytes.completion(REQUEST)).content).toBe((await byUrl.completion(REQUEST)).content);
    // The estimate of a model that is loaded anyway.
    const estimate = await PageServer.estimate(harness.page, { model: DRAFT_Q4_0, nCtx: 512 });
    expect(estimate).toMatchObject({ bytes: { total: byUrl.report.gpuBytes }, obstacle: null });
  });

  test('the files of a split model can be given in any order', async ({ harness, startServer }) => {
    const file = bundledFile(DRAFT_Q4_0);
    const parts: PageModel[] = [];
    for (const bytes of await splitModel(file, 3)) parts.unshift(await bytesInPage(harness.page, bytes));
    const whole = await startServer({ model: DRAFT_Q4_0, nCtx: 512 });
    const split = await startServer({ model: parts, nCtx: 512 });
    expect(split.report.model.nParams).toBe(whole.report.model.nParams);
    expect((await split.completion(REQUEST)).content).toBe((await whole.completion(REQUEST)).content);

    const error = await PageServer.startError(harness.page, { model: parts.slice(1) });
    expect(error).toMatchObject({
      code: 'invalid_gguf',
      message: expect.stringContaining('part 3 is missing'),
    });
  });
});

test('a model loads that the page itself has fetched before', async ({ harness, startServer }) => {
  // A host may have compressed the earlier response, and the browser's cache then mixes it with the ranges read here.
  await harness.page.evaluate(async url => (await fetch(url)).arrayBuffer(), DRAFT_Q4_0);
  const server = await startServer({ model: DRAFT_Q4_0, nCtx: 512 });
  expect((await server.completion(REQUEST)).content).not.toBe('');
});

test('closing the server terminates the worker', async ({ harness, startServer }) => {
  const server = await startServer({ model: DRAFT_Q4_0, nCtx: 512 });
  expect(harness.page.workers()).toHaveLength(1);
  await server.close();
  await expectNoWorkers(harness.page);
  const code = await server.handle.evaluate(server =>
    server.fetch('/health').catch(error => ('code' in error ? error.code : error.message)),
  );
  expect(code).toBe('closed');
});

test('reloading the page frees everything', async ({ page }) => {
  async function answer(): Promise<string> {
    const server = await PageServer.start(page, { model: DRAFT_Q4_0, nCtx: 512 });
    return (await server.completion(REQUEST)).content;
  }
  await page.goto('harness.html');
  const before = await answer();
  await page.reload();
  await expectNoWorkers(page);
  const stored = await page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    caches: await caches.keys(),
    databases: await indexedDB.databases(),
    serviceWorkers: (await navigator.serviceWorker.getRegistrations()).length,
    cookies: document.cookie,
  }));
  expect(stored).toEqual({
    local: 0,
    session: 0,
    caches: [],
    databases: [],
    serviceWorkers: 0,
    cookies: '',
  });
  expect(await answer()).toBe(before);
});
