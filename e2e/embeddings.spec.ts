import { readFile } from 'node:fs/promises';
import { readModelSpec } from '../src/architectures/index.ts';
import { openSource, readGguf } from '../src/gguf/index.ts';
import type { Pooling } from '../src/protocol/options.ts';
import { CpuTwin } from '../src/reference/forward.ts';
import { bundledFile, MOE_Q4_0 } from './fixtures/models.ts';
import { bundleOpenAi, openAiClient } from './fixtures/openAiClient.ts';
import type { PageServer } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

const OPTIONS = { model: MOE_Q4_0, nCtx: 512, nSlots: 2, cacheType: 'f32', embeddings: true } as const;
const TEXT = 'Once upon a time there was a wise owl who lived in an old tree.';
const TOLERANCE = 1e-4;

let twin: CpuTwin;
test.beforeAll(async () => {
  const gguf = await readGguf(await openSource(new Uint8Array(await readFile(bundledFile(MOE_Q4_0)))));
  twin = await CpuTwin.open(gguf, readModelSpec(gguf), 128);
});

/** Vectors of the single input of a request to llama-server's own route. */
async function embed(server: PageServer, body: object): Promise<readonly (readonly number[])[]> {
  const { status, body: answer } = await server.post('/embedding', body);
  if (status !== 200 || !Array.isArray(answer)) throw new Error(JSON.stringify(answer));
  return answer[0].embedding;
}

async function tokensOf(server: PageServer, content: string): Promise<readonly number[]> {
  const { body } = await server.post('/tokenize', { content, add_special: true });
  return (body as { tokens: number[] }).tokens;
}

/** Vectors of the tokens by the CPU twin, not normalised. */
function expectedVectors(tokens: readonly number[], pooling: Pooling): readonly (readonly number[])[] {
  const states = tokens.map((token, position) => [...twin.embed(token, position)]);
  switch (pooling) {
    case 'none':
      return states;
    case 'mean':
      return [states[0].map((_, i) => states.reduce((sum, state) => sum + state[i], 0) / states.length)];
    case 'cls':
      return [states[0]];
    case 'last':
      return [states[states.length - 1]];
  }
}

function largestDifference(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return Math.max(...a.flatMap((vector, i) => vector.map((value, k) => Math.abs(value - b[i][k]))));
}

for (const pooling of ['none', 'mean', 'cls', 'last'] as const) {
  test(`embeddings agree with the CPU twin, pooling ${pooling}`, async ({ startServer }) => {
    const server = await startServer({ ...OPTIONS, pooling, embdNormalize: -1, nBatch: 8 });
    const tokens = await tokensOf(server, TEXT);
    const expected = expectedVectors(tokens, pooling);
    const actual = await embed(server, { input: TEXT });
    expect(actual.map(vector => vector.length)).toEqual(expected.map(vector => vector.length));
    expect(largestDifference(actual, expected)).toBeLessThan(TOLERANCE);
  });
}

test('embeddings have the same bits alone and among other requests, and do not change completions', async ({
  startServer,
}) => {
  const story = { prompt: 'The wise owl said,', n_predict: 24, temperature: 0, ignore_eos: true };
  const server = await startServer({ ...OPTIONS, pooling: 'mean' });
  const alone = await embed(server, { input: TEXT });
  const { content } = await server.completion(story);
  const [first, completion, second] = await Promise.all([
    embed(server, { input: TEXT }),
    server.completion(story),
    embed(server, { input: TEXT }),
    embed(server, { input: 'Another text, which is longer than a word and shorter than a page.' }),
  ]);
  expect(first).toEqual(alone);
  expect(second).toEqual(alone);
  expect(completion.content).toBe(content);
  const { body } = await server.post('/embeddings', { input: [TEXT, TEXT, TEXT] });
  expect(body).toEqual([0, 1, 2].map(index => ({ index, embedding: alone })));

  const inSmallBatches = await startServer({ ...OPTIONS, pooling: 'mean', nBatch: 3 });
  expect(await embed(inSmallBatches, { input: TEXT })).toEqual(alone);
});

test('the openai package reads embeddings', async ({ startServer }) => {
  const server = await startServer({ ...OPTIONS, pooling: 'last' });
  const client = await openAiClient(server.handle, await bundleOpenAi());
  const input = [TEXT, 'The end.'];
  // By default the package requests base64 and decodes it.
  const decoded = await client.evaluate(
    (client, input) => client.embeddings.create({ model: 'any', input }),
    input,
  );
  const plain = await client.evaluate(
    (client, input) => client.embeddings.create({ model: 'any', input, encoding_format: 'float' }),
    input,
  );
  const nTokens = (await Promise.all(input.map(text => tokensOf(server, text)))).flat().length;
  expect(plain).toMatchObject({
    object: 'list',
    model: 'any',
    usage: { prompt_tokens: nTokens, total_tokens: nTokens },
  });
  expect(decoded.data.map(({ embedding }) => embedding)).toEqual(
    plain.data.map(({ embedding }) => embedding),
  );
  expect(plain.data.map(({ embedding }) => Math.hypot(...embedding))).toEqual([
    expect.closeTo(1, 5),
    expect.closeTo(1, 5),
  ]);
  await client.dispose();
});
