import { DRAFT_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

const TOKENS = [1, 267, 302, 326, 273];

test('a choice among stretches of the vocabulary is that among all of it, in a draft too', async ({
  harness,
}) => {
  const choices = (choiceStretch: number | null) =>
    harness.page.evaluate(options => window.harness.choices(options), {
      model: DRAFT_Q4_0,
      choiceStretch,
      tokens: TOKENS,
    });
  const whole = await choices(null);
  expect(whole.candidates.topK.map(pairs => pairs.length)).toEqual(TOKENS.map(() => 64));
  expect(whole.candidates.argmax.map(([[id]]) => id)).toEqual(whole.candidates.topK.map(([[id]]) => id));
  expect(whole.drafts.map(draft => draft.length)).toEqual([5, 5]);
  expect(await choices(100)).toEqual(whole);
});
