import { readFileSync } from 'node:fs';
import { openSource, readGguf, writeGguf } from '../src/gguf/index.ts';
import { openEagle3Twin } from '../src/reference/eagle3Twin.ts';
import { type RandomEagle3Options, randomEagle3 } from '../src/reference/randomEagle3.ts';
import { bundledFile, bytesInPage, MOE_F16 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';
import { compareDrafts } from './fixtures/twinDrafts.ts';

const PROMPT = 'Once upon a time there was a little girl. She had a big red ball.';
const SETTINGS = { nCtx: 256, nSlots: 1, cacheType: 'f32', draftAdaptive: false, draftMax: 3 } as const;

const DRAFTS: readonly { name: string; options: RandomEagle3Options }[] = [
  { name: 'with the vocabulary of its target', options: { layers: [1, 2, 3] } },
  { name: 'with a vocabulary of its own', options: { layers: [3, 0, 2], nTokens: 300 } },
  {
    name: 'of another width, with all its norms',
    options: { layers: [1, 2], nEmbd: 96, nTokens: 333, normBeforeResidual: true, normBeforeFc: true },
  },
];

for (const { name, options: shape } of DRAFTS) {
  test(`an EAGLE-3 draft ${name} drafts what its CPU twin drafts, and changes no answer`, async ({
    harness,
    startServer,
  }) => {
    const target = await readGguf(await openSource(new Uint8Array(readFileSync(bundledFile(MOE_F16)))));
    const bytes = writeGguf(await randomEagle3(target, shape));
    const options = { ...SETTINGS, model: MOE_F16 };
    const request = { prompt: PROMPT, n_predict: 40, temperature: 0, return_tokens: true } as const;
    const plain = await (await startServer(options)).completion(request);

    const server = await startServer({ ...options, modelDraft: await bytesInPage(harness.page, bytes) });
    const answer = await server.completion({ ...request, speculation_trace: true });
    expect(answer.tokens).toEqual(plain.tokens);

    const { body } = await server.post('/tokenize', { content: PROMPT, add_special: true });
    const { tokens: prompt } = body as { tokens: number[] };
    const twin = await openEagle3Twin(target, await readGguf(await openSource(bytes)), SETTINGS.nCtx);
    expect(compareDrafts(twin, prompt, answer.speculation_trace)).toBeGreaterThan(60);
  });
}
