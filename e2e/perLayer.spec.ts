import { gemma4File } from './fixtures/gemma4File.ts';
import { bytesInPage } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

const TOKENS = [2, 17, 40, 5, 17, 63];

test('per-layer embeddings that are read from the file by row give the bits of those on the GPU, where only those allow steps ahead', async ({
  harness,
}) => {
  const model = await bytesInPage(harness.page, await gemma4File());
  const choices = (tablePlace: 'gpu' | 'file') =>
    harness.page.evaluate(
      ([model, tablePlace, tokens]) =>
        window.harness.choices({ model, tablePlace, choiceStretch: null, tokens }),
      [model, tablePlace, TOKENS] as const,
    );
  const { goesAhead, ...onGpu } = await choices('gpu');
  expect(goesAhead).toBe(true);
  expect(onGpu.candidates.topK.map(pairs => pairs.length)).toEqual(TOKENS.map(() => 64));
  expect(onGpu.drafts.map(draft => draft.length)).toEqual([5, 5]);
  expect(await choices('file')).toEqual({ ...onGpu, goesAhead: false });
});
