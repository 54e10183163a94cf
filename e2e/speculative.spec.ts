import type { Page } from 'playwright/test';
import { expectInvariance } from './fixtures/invariance.ts';
import { DRAFT_Q4_0, fileInPage, MOE_F16, MOE_Q4_0, NO_STORIES260K, STORIES260K } from './fixtures/models.ts';
import { type PageModel, PageServer } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

/** Target with its draft, and prompts that suit its training. */
interface Pair {
  readonly name: string;
  /** Reason to skip it on this machine. */
  readonly skip?: string;
  readonly models: (page: Page) => Promise<{ model: PageModel; modelDraft: PageModel }>;
  readonly prompt: string;
  /** Pattern in every continuation of `prompt`. */
  readonly expected: RegExp;
  /** One repeated token: 58 tokens with those at the ends. */
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

/** Settings of every server, which each test overrides. Whether drafts pay on this machine does not matter. */
const SETTINGS = {
  draftMin: 4,
  draftMax: 16,
  draftAdaptive: false,
  nCtx: 512,
  nSlots: 2,
  nPredict: 64,
  temperature: 0,
  seed: 42,
} as const;

const GREEDY = { temperature: 0, top_k: 1 } as const;

/** Shortest and longest draft of a request. */
const LENGTHS = [
  [1, 2],
  [1, 4],
  [4, 8],
  [4, 12],
  [8, 16],
] as const;

// Longest and last of all files: its tests go to whichever worker is free.
test.describe.configure({ mode: 'parallel' });

for (const { name, skip, models, prompt, expected, longPrompt } of PAIRS) {
  test.describe(`speculative decoding, ${name}`, () => {
    test.skip(skip !== undefined, skip);

    // Shared, because starting a server takes as long as dozens of requests.
    let server: PageServer;
    test.beforeAll(async ({ openHarness: { page } }) => {
      server = await PageServer.start(page, { ...SETTINGS, ...(await models(page)) });
    });
    test.afterAll(() => server?.close());

    test('the answer is the same with a draft as without, for every draft length', async ({
      harness,
      startServer,
    }) => {
      const { model } = await models(harness.page);
      const plain = await startServer({ ...SETTINGS, model });
      for (const sampling of [GREEDY, { temperature: 0.2, top_k: 5, seed: 4242 }]) {
        const request = { prompt, ...sampling, return_tokens: true };
        const { tokens } = await plain.completion(request);
        expect(tokens).not.toEqual([]);
        for (const [shortest, longest] of LENGTHS) {
          const limits = { 'speculative.n_min': shortest, 'speculative.n_max': longest };
          const { tokens: drafted, timings } = await server.completion({ ...request, ...limits });
          const which = `drafts of ${shortest} to ${longest}`;
          expect(drafted, which).toEqual(tokens);
          expect(timings.draft_n, which).toBeGreaterThan(0);
          expect(timings.draft_n_accepted, which).toBeGreaterThan(0);
        }
      }
    });

    for (const [where, slots] of [
      ['in one slot', { id_slot: 0 }],
      ['side by side', {}],
    ] as const) {
      test(`2 simultaneous requests are answered ${where}`, async ({ harness: _ }) => {
        const request = { prompt, ...GREEDY, ...slots, cache_prompt: false };
        const replies = await Promise.all([1, 2].map(() => server.post('/completion', request)));
        const alone = await server.completion(request);
        for (const { status, body } of replies) {
          expect(status).toBe(200);
          expect(body).toHaveProperty('content', expect.stringMatching(expected));
          expect(body).toHaveProperty('content', alone.content);
        }
      });
    }

    for (const { behaviour, ctxShift, reached } of [
      { behaviour: 'does not exceed the context of the slot', ctxShift: false, reached: {} },
      {
        behaviour: 'goes on past the context by shifting it',
        ctxShift: true,
        reached: { tokens_predicted: 64, truncated: true },
      },
    ]) {
      test(behaviour, async ({ harness, startServer }) => {
        const source = await models(harness.page);
        const small = await startServer({ ...SETTINGS, ...source, nCtx: 64, nSlots: 1, ctxShift });
        const { status, body } = await small.post('/completion', {
          prompt: longPrompt,
          ...GREEDY,
          'speculative.p_min': 0,
        });
        expect(status).toBe(200);
        expect(body).toMatchObject({ content: expect.stringMatching(/\S/), ...reached });
      });
    }
  });
}

// Batch invariance makes the rest of this file hold by construction instead of by luck.
for (const [name, options] of [
  ['F16', { model: MOE_F16, tuning: 'software', cacheType: 'f32' }],
  // At the edge of a tile of positions.
  ['Q4_0', { model: MOE_Q4_0, tuning: 'subgroups', cacheType: 'f16', nLast: 17 }],
] as const) {
  test(`${name} target: logits are bit-equal alone, as any row of a batch and beside a busy slot`, async ({
    harness,
  }) => {
    await expectInvariance(harness, options);
  });
}
