import { writeFile } from 'node:fs/promises';
import { randomFile } from '../bench/page/randomModel.ts';
import { fileInPage, MOE_F16 } from './fixtures/models.ts';
import { compared, expectSameInParts, SMALL_F16 } from './fixtures/parts.ts';
import { expect, test } from './fixtures/test.ts';

test('experts: split matrices give the logits of whole ones', ({ harness }) =>
  expectSameInParts(harness, MOE_F16, 'software', SMALL_F16));

test('a dense model: split matrices give the logits of whole ones', async ({ harness }) => {
  const path = test.info().outputPath('dense.gguf');
  // The vocabulary in 2 parts, which are used twice, Q, K and V in 2, gate and up in 4, down in 2.
  const shape = { nVocab: 900, nEmbd: 256, nLayers: 1, nHead: 4, nFf: 992, nCtx: 64 };
  await writeFile(path, await randomFile(shape));
  const { whole, inParts } = await compared(harness, await fileInPage(harness.page, path), 'software');
  expect(inParts.nDispatches - whole.nDispatches).toBe(2 * (2 - 1) + (2 - 1) + (4 - 1) + (2 - 1));
  expect(inParts.logits).toEqual(whole.logits);
});
