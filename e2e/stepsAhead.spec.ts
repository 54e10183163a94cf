import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import { goldens, ZOO } from '../bench/zoo.mjs';
import { openSource, readGguf, writeGguf } from '../src/gguf/index.ts';
import { randomMtp } from '../src/reference/randomMtp.ts';
import { SEQUENCE } from './fixtures/invariance.ts';
import { bundledFile, bytesInPage, DRAFT_Q4_0, fileInPage, MOE_Q4_0 } from './fixtures/models.ts';
import type { PageModel } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

const N_PREDICT = 24;
/** Tokens that all models have. */
const LEAST_VOCABULARY = 640;

/** Target, and the draft model or MTP head that drafts for it. */
interface Pair {
  readonly name: string;
  readonly models: (page: Page) => Promise<{ model: PageModel; modelDraft: PageModel }>;
  readonly isOfZoo?: true;
}

const zooModel = (name: string) => join(ZOO, `${name}.gguf`);

const PAIRS: readonly Pair[] = [
  { name: 'a draft model', models: async () => ({ model: MOE_Q4_0, modelDraft: DRAFT_Q4_0 }) },
  {
    name: 'an MTP head',
    models: async page => ({ model: MOE_Q4_0, modelDraft: await headInPage(page, bundledFile(MOE_Q4_0)) }),
  },
  {
    name: 'an MTP head of a model with recurrent layers',
    isOfZoo: true,
    models: async page => ({
      model: await fileInPage(page, zooModel('qwen35')),
      modelDraft: await headInPage(page, zooModel('qwen35')),
    }),
  },
];

/** Head with random weights for a model. */
async function headInPage(page: Page, path: string | URL): Promise<PageModel> {
  const target = await readGguf(await openSource(new Uint8Array(readFileSync(path))));
  return bytesInPage(page, writeGguf(randomMtp(target)));
}

for (const { name, models, isOfZoo } of PAIRS) {
  test(`answers are the same with steps, guesses and rounds ahead as without, and with empty submits: ${name}`, async ({
    harness,
  }) => {
    test.skip(
      isOfZoo === true && goldens().length === 0,
      'set FORETOKEN_ZOO to the folder of the zoo to run this',
    );
    const options = {
      ...(await models(harness.page)),
      // The answers begin on one page of the cache and end on another.
      tokens: SEQUENCE.slice(0, 50).map(token => token % LEAST_VOCABULARY),
      nPredict: N_PREDICT,
    };
    const answers = await harness.page.evaluate(all => window.harness.answersAhead(all), options);
    const [plain, ...ahead] = answers;
    expect(plain.nAhead).toBe(0);
    for (const { name, tokens, nAhead } of ahead) {
      expect(tokens, name).toEqual(plain.tokens);
      expect(nAhead, name).toBeGreaterThan(3);
    }
  });
}
