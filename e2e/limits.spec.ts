import type { Page } from 'playwright/test';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { PageServer } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

/** More slots than fit, each with the context that the model was trained with. */
const N_SLOTS = 64;
const N_CTX = N_SLOTS * 512;
/** Bytes of these slots' K in one layer: 4 KV heads of 32 values in float32. */
const NEEDED_BYTES = N_CTX * 4 * 32 * 4;

/** Enough for the model. */
const LIMIT_BYTES = 2 ** 23;

/** Opens a page whose device has no larger buffers than this. The change runs before the product's own code. */
async function openModest(page: Page, limitBytes: number): Promise<void> {
  const modestDevice = `
for (const name of ['maxBufferSize', 'maxStorageBufferBindingSize']) {
  Object.defineProperty(GPUSupportedLimits.prototype, name, { get: () => ${limitBytes} });
}`;
  await page.route('**/*.js', async route => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${modestDevice}\n${await response.text()}` });
  });
  await page.goto('harness.html');
}

test("a context that exceeds the adapter's largest buffer is refused with the numbers, and the next one loads", async ({
  page,
}) => {
  await openModest(page, LIMIT_BYTES);
  const options = { model: MOE_Q4_0, nCtx: N_CTX, nSlots: N_SLOTS, cacheType: 'f32' } as const;
  const error = await PageServer.startError(page, options);
  expect(error).toMatchObject({
    code: 'device_limits',
    message: expect.stringContaining(
      `needs ${NEEDED_BYTES} bytes in one buffer, but this adapter allows ${LIMIT_BYTES}`,
    ),
    details: { neededBytes: NEEDED_BYTES, limitBytes: LIMIT_BYTES },
  });
  expect((await PageServer.estimate(page, options)).obstacle).toEqual(error);
  await expect.poll(() => page.workers().length).toBe(0);

  const server = await PageServer.start(page, { model: DRAFT_Q4_0, nCtx: 512 });
  const { content } = await server.completion({ prompt: 'Once upon a time', n_predict: 8, temperature: 0 });
  expect(content).not.toBe('');
});

test('a model whose matrices are larger than any buffer has the same answer, with fewer rows at a time', async ({
  page,
  startServer,
}) => {
  // Smaller than the embeddings, and as large as the self-test's cache.
  await openModest(page, 3 * 2 ** 15);
  const options = { model: MOE_Q4_0, modelDraft: DRAFT_Q4_0, nCtx: 256, nBatch: 512 } as const;
  const modest = await PageServer.start(page, options);
  expect(modest.report.warnings).toEqual([expect.stringMatching(/^batches have 48 rows at most, not 512/)]);
  const whole = await startServer(options);
  expect(whole.report.warnings).toEqual([]);
  const estimate = await PageServer.estimate(page, options);
  expect(estimate).toMatchObject({ bytes: { total: modest.report.gpuBytes }, obstacle: null });
  const answer = async (server: PageServer) => {
    const prompt = 'Once upon a time there was a little fox. '.repeat(8);
    const { tokens } = await server.completion({
      prompt,
      n_predict: 64,
      temperature: 0,
      return_tokens: true,
    });
    return tokens;
  };
  const tokens = await answer(modest);
  expect(tokens).toHaveLength(64);
  expect(tokens).toEqual(await answer(whole));
});
