import type { Page } from 'playwright/test';
import { expectInvariance } from './fixtures/invariance.ts';
import { DRAFT_Q4_0, fileInPage, MOE_F16, MOE_Q4_0, NO_STORIES260K, STORIES260K } from './fixtures/models.ts';
import type { PageModel } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

/** A target with its draft, and prompts that suit what it was trained on. */
interface Pair {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly skip?: string;
  readonly models: (page: Page) => Promise<{ model: PageModel; modelDraft: PageModel }>;
  readonly prompt: string;
  /** What every continuation of `prompt` contains. */
  readonly expected: RegExp;
  /** One token, repeated: 58 tokens with those at the ends. */
  readonly longPrompt: string;
}

const BUNDLED = {
  prompt: 'I believe the meaning of life is',
  expected: /(wise|kind|owl|answer)+/,
  longPrompt: 'Hello '.repeat(56),
};

const PAIRS: readonly Pair[] = [
  {
    name: 'F16 target',
    models: async () => ({ model: MOE_F16, modelDraft: DRAFT_Q4_0 }),
    ...BUNDLED,
  },
  {
    name: 'Q4_0 target',
    models: async () => ({ model: MOE_Q4_0, modelDraft: DRAFT_Q4_0 }),
    ...BUNDLED,
  },
  {
    name: 'stories260K as its own draft',
    ...(STORIES260K ? {} : { skip: NO_STORIES260K }),
    models: async page => {
      const model = await fileInPage(page, STORIES260K ?? '');
      return { model, modelDraft: model };
    },
    prompt: 'Once upon a time',
    expected: /(little|girl|boy|Lily|Tim)+/,
    longPrompt: 'Lily '.repeat(56),
  },
];

/** The settings of every test; each says what it changes. */
const SETTINGS = {
  draftMin: 4,
  draftMax: 8,
  nCtx: 512,
  nSlots: 1,
  nPredict: 64,
  temperature: 0,
  seed: 42,
} as const;

const GREEDY = { temperature: 0, top_k: 1 } as const;

for (const { name, skip, models, prompt, expected, longPrompt } of PAIRS) {
  test.describe(`speculative decoding, ${name}`, () => {
    test.skip(skip !== undefined, skip);

    test('gives the same with a draft as without', async ({ harness, startServer }) => {
      const { model, modelDraft } = await models(harness.page);
      const plain = await startServer({ ...SETTINGS, model });
      // Whether drafts pay where this runs is another matter.
      const drafting = await startServer({ ...SETTINGS, model, modelDraft, draftAdaptive: false });

      const greedy = { prompt, ...GREEDY };
      const answer = await drafting.completion(greedy);
      expect(answer.content).toBe((await plain.completion(greedy)).content);
      expect(answer.content).not.toBe('');
      expect(answer.timings.draft_n).toBeGreaterThan(0);
      expect(answer.timings.draft_n_accepted).toBeGreaterThan(0);

      const sampled = { prompt, temperature: 0.2, top_k: 5, seed: 4242, return_tokens: true };
      const sampledAnswer = await drafting.completion(sampled);
      expect(sampledAnswer.tokens).toEqual((await plain.completion(sampled)).tokens);
      expect(sampledAnswer.tokens).not.toEqual([]);
      expect(sampledAnswer.timings.draft_n_accepted).toBeGreaterThan(0);
    });

    test('gives the same whatever the shortest and longest draft', async ({ harness, startServer }) => {
      const source = await models(harness.page);
      const contents: Record<string, string> = {};
      for (const [draftMin, draftMax] of [
        [1, 2],
        [1, 4],
        [4, 8],
        [4, 12],
        [8, 16],
      ] as const) {
        const server = await startServer({ ...SETTINGS, ...source, draftMin, draftMax });
        const { content } = await server.completion({ prompt, ...GREEDY });
        contents[`draft ${draftMin} to ${draftMax}`] = content;
        await server.close();
      }
      const [first = ''] = Object.values(contents);
      expect(first).not.toBe('');
      expect(contents).toEqual(Object.fromEntries(Object.keys(contents).map(key => [key, first])));
    });

    test('does not exceed the context of the slot', async ({ harness, startServer }) => {
      const server = await startServer({ ...SETTINGS, ...(await models(harness.page)), nCtx: 64 });
      const { status, body } = await server.post('/completion', {
        prompt: longPrompt,
        ...GREEDY,
        'speculative.p_min': 0,
      });
      expect(status).toBe(200);
      expect(body).toHaveProperty('content', expect.stringMatching(/\S/));
    });

    test('goes on past the context by shifting it', async ({ harness, startServer }) => {
      const source = await models(harness.page);
      const server = await startServer({ ...SETTINGS, ...source, nCtx: 64, ctxShift: true });
      const { status, body } = await server.post('/completion', {
        prompt: longPrompt,
        ...GREEDY,
        'speculative.p_min': 0,
        n_predict: 64,
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        content: expect.stringMatching(/\S/),
        tokens_predicted: 64,
        truncated: true,
      });
    });

    for (const [nSlots, nRequests] of [
      [1, 2],
      [2, 2],
    ] as const) {
      test(`answers ${nRequests} requests at once with ${nSlots} slots`, async ({ harness, startServer }) => {
        const server = await startServer({ ...SETTINGS, ...(await models(harness.page)), nSlots });
        const request = { prompt, ...GREEDY, cache_prompt: false };
        const replies = await Promise.all(
          Array.from({ length: nRequests }, () => server.post('/completion', request)),
        );
        const alone = await server.completion(request);
        for (const { status, body } of replies) {
          expect(status).toBe(200);
          expect(body).toHaveProperty('content', expect.stringMatching(expected));
          expect(body).toHaveProperty('content', alone.content);
        }
      });
    }
  });
}

// Batch invariance is what makes the rest of this file hold by construction instead of by luck.
for (const [name, options] of [
  ['F16', { model: MOE_F16, tuning: 'software', cacheType: 'f32' }],
  ['Q4_0', { model: MOE_Q4_0, tuning: 'subgroups', cacheType: 'f16' }],
] as const) {
  test(`${name} target: logits are bit-equal alone, as any row of a batch and beside a busy slot`, async ({
    harness,
  }) => {
    await expectInvariance(harness, options);
  });
}
