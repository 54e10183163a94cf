import { gemma4File, SUPPRESSED } from './fixtures/gemma4File.ts';
import { bytesInPage } from './fixtures/models.ts';
import { expect, type Harness, test } from './fixtures/test.ts';

const TOKENS = [2, 17, 40, 5, 17, 63];

async function choices({ page }: Harness, tablePlace: 'gpu' | 'file') {
  const model = await bytesInPage(page, await gemma4File());
  return page.evaluate(
    ([model, tablePlace, tokens]) =>
      window.harness.choices({ model, tablePlace, choiceStretch: null, tokens }),
    [model, tablePlace, TOKENS] as const,
  );
}

test('per-layer embeddings that are read from the file by row give the bits of those on the GPU, where only those allow steps ahead', async ({
  harness,
}) => {
  const { goesAhead, ...onGpu } = await choices(harness, 'gpu');
  expect(goesAhead).toBe(true);
  expect(onGpu.candidates.topK.map(pairs => pairs.length)).toEqual(TOKENS.map(() => 64));
  expect(onGpu.drafts.map(draft => draft.length)).toEqual([5, 5]);
  expect(await choices(harness, 'file')).toEqual({ ...onGpu, goesAhead: false });
});

test('a token that the model suppresses is no candidate, and no draft has it', async ({ harness }) => {
  const { candidates, drafts } = await choices(harness, 'gpu');
  const proposed = [
    ...[candidates.argmax, candidates.topK].flatMap(of => of.flatMap(pairs => pairs.map(([id]) => id))),
    ...drafts.flat().map(({ token }) => token),
  ];
  // The candidates after each token are 64 of the 97 other tokens.
  expect(new Set(proposed).size).toBeGreaterThan(64);
  expect(proposed.filter(token => SUPPRESSED.includes(token))).toEqual([]);
});
