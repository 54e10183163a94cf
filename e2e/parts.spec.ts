import { writeFile } from 'node:fs/promises';
import { randomFile } from '../bench/page/randomModel.ts';
import { fileInPage, MOE_F16, MOE_Q4_0 } from './fixtures/models.ts';
import type { PageModel } from './fixtures/pageServer.ts';
import { expect, type Harness, test } from './fixtures/test.ts';

const TOKENS = [1, 267, 302, 326, 273];
const UNLIMITED = 2 ** 40;
/** Smallest limit at which KV cache, activations, logits and 32 rows of every expert fit. */
const SMALL = 2 ** 16;
const SMALL_F16 = 2 ** 18;

type LogitsOptions = Parameters<Window['harness']['logitsWithin']>[0];

/** Compares a model's logits within buffers of any size and within small ones. */
async function compared({ page }: Harness, model: PageModel, tuning: LogitsOptions['tuning'], limit = SMALL) {
  const within = (maxBufferBytes: number) =>
    page.evaluate(options => window.harness.logitsWithin(options), {
      model,
      tuning,
      maxBufferBytes,
      tokens: TOKENS,
    });
  return { whole: await within(UNLIMITED), inParts: await within(limit) };
}

for (const { model, tuning, limit } of [
  { model: MOE_F16, tuning: 'software', limit: SMALL_F16 },
  { model: MOE_Q4_0, tuning: 'gpu', limit: SMALL },
] as const) {
  test(`${model}: split matrices give the logits of whole ones (${tuning} tuning)`, async ({ harness }) => {
    const { whole, inParts } = await compared(harness, model, tuning, limit);
    expect(inParts.nDispatches).toBeGreaterThan(whole.nDispatches);
    expect(whole.logits[0]?.every(Number.isFinite)).toBe(true);
    expect(inParts.logits).toEqual(whole.logits);
  });
}

test('a dense model: split matrices give the logits of whole ones', async ({ harness }) => {
  const path = test.info().outputPath('dense.gguf');
  // The vocabulary in 2 parts, which are used twice, Q, K and V in 2, gate and up in 4, down in 2.
  const shape = { nVocab: 900, nEmbd: 256, nLayers: 1, nHead: 4, nFf: 992, nCtx: 64 };
  await writeFile(path, await randomFile(shape));
  const { whole, inParts } = await compared(harness, await fileInPage(harness.page, path), 'software');
  expect(inParts.nDispatches - whole.nDispatches).toBe(2 * (2 - 1) + (2 - 1) + (4 - 1) + (2 - 1));
  expect(inParts.logits).toEqual(whole.logits);
});
