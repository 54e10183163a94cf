import { readFileSync } from 'node:fs';
import { vocabulary } from '../bench/page/randomModel.ts';
import { openSource, readGguf, writeGguf } from '../src/gguf/index.ts';
import { chainTarget } from '../src/reference/chainTarget.ts';
import { openEagle3Twin } from '../src/reference/eagle3Twin.ts';
import { type RandomEagle3Options, randomEagle3, shallowEagle3 } from '../src/reference/randomEagle3.ts';
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

test('a target accepts the drafts of an EAGLE-3 draft where they are its own choice', async ({
  harness,
  startServer,
}) => {
  const [bos, stays, a, b] = [1, 330, 331, 332];
  const successors = Array.from({ length: 512 }, (_, token) => (token === a ? b : token === b ? a : token));
  const bytes = writeGguf(await chainTarget({ successors, nCtx: 256, metadata: vocabulary(512) }));
  const target = await readGguf(await openSource(bytes));
  const server = await startServer({
    ...SETTINGS,
    model: await bytesInPage(harness.page, bytes),
    modelDraft: await bytesInPage(harness.page, writeGguf(await shallowEagle3(target))),
  });
  for (const { prompt, accepted } of [
    { prompt: [bos, stays, stays], accepted: 3 },
    { prompt: [bos, a, b], accepted: 0 },
  ]) {
    const request = { prompt, n_predict: 33, temperature: 0, ignore_eos: true, return_tokens: true };
    const answer = await server.completion({ ...request, speculation_trace: true });
    const [first, second] = accepted === 3 ? [stays, stays] : [a, b];
    expect(answer.tokens).toEqual(Array.from({ length: 33 }, (_, i) => (i % 2 === 0 ? first : second)));
    const rounds = answer.speculation_trace?.rounds.slice(0, -1) ?? [];
    expect(rounds.length).toBeGreaterThan(accepted === 3 ? 6 : 25);
    for (const { n_accepted } of rounds) expect(n_accepted).toBe(accepted);
  }
});
