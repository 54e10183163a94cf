import { SEQUENCE } from './fixtures/invariance.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

const N_PREDICT = 24;

test('an answer is the same with steps, guesses and rounds ahead as without', async ({ harness }) => {
  const answers = await harness.page.evaluate(all => window.harness.answersAhead(all), {
    model: MOE_Q4_0,
    modelDraft: DRAFT_Q4_0,
    // The answer begins on one page of the cache and ends on another.
    tokens: SEQUENCE.slice(0, 50),
    nPredict: N_PREDICT,
  });
  const [{ tokens: plain }] = answers;
  for (const { name, tokens } of answers) expect(tokens, name).toEqual(plain);
  const nAhead = Object.fromEntries(answers.map(answer => [answer.name, answer.nAhead]));
  console.log(nAhead);
});

test('latency', async ({ harness }) => {
  const found = await harness.page.evaluate(all => window.harness.latencies(all), {
    rounds: 10,
    samples: 50,
  });
  for (const name of ['plain', 'kicked'] as const) {
    const sorted = found[name].toSorted((a, b) => a - b);
    console.log(
      name,
      [0, 0.1, 0.5, 0.9, 0.99].map(q => sorted[Math.floor(q * sorted.length)]),
      sorted.at(-1),
    );
  }
  console.log(found.adapter);
});
