import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

const OPTIONS = { model: MOE_Q4_0, modelDraft: DRAFT_Q4_0, nCtx: 512, selfTest: false } as const;
const REQUESTS = [
  { prompt: 'Once upon a time, there was a little girl who', n_predict: 48, temperature: 0 },
  { prompt: 'The wise owl said,', n_predict: 48, temperature: 1, seed: 7 },
];
/** Time limit of the search, plus the sample or compilation that is running when it ends. */
const AT_MOST_MS = 1500;

test('the search finds its choices within a second, only once, and changes no answer', async ({
  startServer,
}) => {
  const answers = async (autotune: boolean) => {
    const server = await startServer({ ...OPTIONS, autotune });
    const { body } = await server.get('/props');
    const tokens: unknown[] = [];
    for (const request of REQUESTS) {
      tokens.push((await server.completion({ ...request, return_tokens: true })).tokens);
    }
    await server.close();
    return { report: server.report.autotune, props: body, tokens };
  };
  const without = await answers(false);
  expect(without.report).toBeNull();
  expect(without.props).toMatchObject({ autotune: null });

  const measured = await answers(true);
  expect(measured.tokens).toEqual(without.tokens);
  expect(measured.props).toMatchObject({ autotune: measured.report });
  expect(measured.report?.ms).toBeLessThan(AT_MOST_MS);
  expect(measured.report?.tunings.map(({ source }) => source)).toEqual(['measured', 'measured']);

  const stored = await answers(true);
  expect(stored.tokens).toEqual(without.tokens);
  expect(stored.report?.ms).toBeLessThan(100);
  expect(stored.report?.tunings).toEqual(
    measured.report?.tunings.map(({ choices }) => ({ source: 'stored', choices, trials: [] })),
  );
});

test('the search runs on GPUs only, unless it is requested', async ({ startServer }) => {
  const { report } = await startServer({ model: DRAFT_Q4_0, nCtx: 512, selfTest: false });
  expect(report.autotune === null).toBe(report.adapter.isFallback);
});
