import { readFileSync } from 'node:fs';
import { readModelSpec, readMtpSpec } from '../src/architectures/index.ts';
import { completedBy, type GgufFile, openSource, readGguf, writeGguf } from '../src/gguf/index.ts';
import { CpuTwin } from '../src/reference/forward.ts';
import { MtpTwin } from '../src/reference/mtpTwin.ts';
import { randomMtp } from '../src/reference/randomMtp.ts';
import { bundledFile, bytesInPage, MOE_F16 } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';
import { compareDrafts } from './fixtures/twinDrafts.ts';

const PROMPT = 'Once upon a time there was a little girl. She had a big red ball.';
const SETTINGS = { nCtx: 256, nSlots: 1, cacheType: 'f32', draftAdaptive: false, draftMax: 3 } as const;

test('an MTP head in a file of its own drafts what its CPU twin drafts, and changes no answer', async ({
  harness,
  startServer,
}) => {
  const target = await readGguf(await openSource(new Uint8Array(readFileSync(bundledFile(MOE_F16)))));
  const bytes = writeGguf(randomMtp(target));
  const options = { ...SETTINGS, model: MOE_F16 };
  const request = { prompt: PROMPT, n_predict: 40, temperature: 0, return_tokens: true } as const;
  const plain = await (await startServer(options)).completion(request);

  const modelDraft = await bytesInPage(harness.page, bytes);
  const server = await startServer({ ...options, modelDraft });
  const answer = await server.completion({ ...request, speculation_trace: true });
  expect(answer.tokens).toEqual(plain.tokens);

  const { body } = await server.post('/tokenize', { content: PROMPT, add_special: true });
  const { tokens: prompt } = body as { tokens: number[] };
  const twin = await twinOf(target, await readGguf(await openSource(bytes)));
  const nCompared = compareDrafts(twin, prompt, answer.speculation_trace);
  expect(nCompared).toBeGreaterThan(60);
});

async function twinOf(target: GgufFile, sidecar: GgufFile): Promise<MtpTwin> {
  const head = completedBy(sidecar, target);
  return new MtpTwin(
    await CpuTwin.open(target, readModelSpec(target), SETTINGS.nCtx),
    await CpuTwin.open(head, readMtpSpec(head), SETTINGS.nCtx),
  );
}
