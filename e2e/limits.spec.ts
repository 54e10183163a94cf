import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { PageServer } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

/** More slots than fit, each with the context that the model was trained with. */
const N_SLOTS = 64;
const N_CTX = N_SLOTS * 512;
/** Their K of one layer: 4 KV heads of 32 values in float32. */
const NEEDED_BYTES = N_CTX * 4 * 32 * 4;

/** Enough for the model; put before the product's own code, it is all that its device has. */
const LIMIT_BYTES = 2 ** 23;
const MODEST_DEVICE = `
for (const name of ['maxBufferSize', 'maxStorageBufferBindingSize']) {
  Object.defineProperty(GPUSupportedLimits.prototype, name, { get: () => ${LIMIT_BYTES} });
}`;

test('refuses a context that the adapter has no buffer for, with the numbers, and loads the next one', async ({
  page,
}) => {
  await page.route('**/assets/*.js', async route => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${MODEST_DEVICE}\n${await response.text()}` });
  });
  await page.goto('harness.html');
  const options = { model: MOE_Q4_0, nCtx: N_CTX, nSlots: N_SLOTS, cacheType: 'f32' } as const;
  const error = await PageServer.startError(page, options);
  expect(error).toMatchObject({
    code: 'device_limits',
    message: expect.stringContaining(
      `needs ${NEEDED_BYTES} bytes in one buffer, but this adapter allows ${LIMIT_BYTES}`,
    ),
    details: { neededBytes: NEEDED_BYTES, limitBytes: LIMIT_BYTES },
  });
  await expect.poll(() => page.workers().length).toBe(0);

  const server = await PageServer.start(page, { model: DRAFT_Q4_0, nCtx: 512 });
  const { content } = await server.completion({ prompt: 'Once upon a time', n_predict: 8, temperature: 0 });
  expect(content).not.toBe('');
});
