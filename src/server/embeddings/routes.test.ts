import { describe, expect, it } from 'vitest';
import { FakeForwardPass } from '../../engine/fakeForwardPass.ts';
import type { GivenOptions } from '../../protocol/options.ts';
import { errorOf, Gate, testServer, tokenizer } from '../testing/testServer.ts';

interface NativeEmbedding {
  readonly index: number;
  readonly embedding: readonly (readonly number[])[];
}

interface OpenAiEmbeddings {
  readonly model: string;
  readonly usage: object;
  readonly data: readonly { readonly index: number; readonly embedding: readonly number[] | string }[];
}

function serverWith(settings: GivenOptions = {}, options: { nCtx?: number; nSlots?: number } = {}) {
  const server = testServer({ nSlots: 2, ...options, settings: { embeddings: true, ...settings } });
  return {
    ...server,
    async native(body: object): Promise<readonly NativeEmbedding[]> {
      const response = await server.post('/embeddings', body);
      expect(response.status).toBe(200);
      return response.json();
    },
    async openAi(body: object): Promise<OpenAiEmbeddings> {
      const response = await server.post('/v1/embeddings', body);
      expect(response.status).toBe(200);
      return response.json();
    },
  };
}

const CAT = tokenizer.encode('the cat', { addSpecial: true, parseSpecial: true });

describe('embeddings', () => {
  it('without pooling there is one vector per token, not normalised', async () => {
    const [{ index, embedding }] = await serverWith().native({ input: 'the cat', embd_normalize: 1 });
    const model = new FakeForwardPass({ nVocab: tokenizer.nVocab });
    const states = await model.embed(
      CAT.map((token, position) => ({ token, position, slot: 0, output: true })),
    );
    expect({ index, embedding }).toEqual({ index: 0, embedding: states.map(state => [...state]) });
  });

  it.each(['mean', 'cls', 'last'] as const)(
    'with pooling %s there is one vector of length 1',
    async pooling => {
      const server = serverWith({ pooling });
      const [{ embedding }] = await server.native({ content: 'the cat' });
      expect(embedding).toHaveLength(1);
      expect(Math.hypot(...embedding[0])).toBeCloseTo(1, 5);
      const [taxicab] = await server.native({ content: 'the cat', embd_normalize: 1 });
      expect(taxicab.embedding[0].reduce((sum, value) => sum + Math.abs(value), 0)).toBeCloseTo(1, 5);
    },
  );

  it('pooled vectors have the norm that the server is configured with', async () => {
    const server = serverWith({ pooling: 'mean', embdNormalize: 0 });
    const [{ embedding }] = await server.native({ content: 'the cat' });
    expect(Math.max(...embedding[0].map(Math.abs))).toBeCloseTo(32760, -1);
  });

  it("OpenAI's response has the vectors in the order of the inputs", async () => {
    const server = serverWith({ pooling: 'last' });
    const answer = await server.openAi({ input: ['the cat', [1, 20, 'ab'], 'the cat'], model: 'mine' });
    expect(answer).toMatchObject({
      model: 'mine',
      object: 'list',
      usage: { prompt_tokens: 2 * CAT.length + 3, total_tokens: 2 * CAT.length + 3 },
      data: [0, 1, 2].map(index => ({ index, object: 'embedding' })),
    });
    const [first, second, third] = answer.data.map(({ embedding }) => embedding);
    expect(third).toEqual(first);
    expect(second).not.toEqual(first);
  });

  it('base64 vectors are little-endian float32', async () => {
    const server = serverWith({ pooling: 'last' });
    const plain = await server.openAi({ input: 'the cat' });
    const encoded = await server.openAi({ input: 'the cat', encoding_format: 'base64' });
    expect(encoded).toMatchObject({ data: [{ encoding_format: 'base64' }] });
    const bytes = Buffer.from(String(encoded.data[0].embedding), 'base64');
    const values = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
    expect(values).toEqual(plain.data[0].embedding);
  });

  it("'content' gets llama-server's own format on OpenAI's route too", async () => {
    const response = await serverWith({ pooling: 'last' }).post('/v1/embeddings', { content: 'the cat' });
    expect(await response.json()).toEqual([{ index: 0, embedding: [expect.any(Array)] }]);
  });

  it("concurrent completions and embeddings do not change each other's results", async () => {
    const completion = { prompt: 'the king', n_predict: 24, ignore_eos: true, return_tokens: true };
    const alone = await testServer().complete(completion);
    for (const pooling of ['none', 'mean', 'cls', 'last'] as const) {
      const server = serverWith({ pooling }, { nSlots: 3 });
      const expected = await server.native({ input: 'xyz. xyz. xyz. xyz.' });
      const [first, { tokens }, second] = await Promise.all([
        server.native({ input: 'xyz. xyz. xyz. xyz.' }),
        server.complete(completion),
        server.native({ input: 'xyz. xyz. xyz. xyz.' }),
      ]);
      expect(first).toEqual(expected);
      expect(second).toEqual(expected);
      expect(tokens).toEqual(alone.tokens);
    }
  });

  it('completions can continue from the cache that an embedding left', async () => {
    const server = serverWith({ pooling: 'mean' }, { nSlots: 1 });
    await server.native({ input: 'the cat' });
    const { timings, tokens } = await server.complete({
      prompt: 'the cat',
      n_predict: 4,
      return_tokens: true,
    });
    expect(timings.cache_n).toBe(CAT.length - 1);
    const fresh = await testServer().complete({ prompt: 'the cat', n_predict: 4, return_tokens: true });
    expect(tokens).toEqual(fresh.tokens);
  });

  it('an embedding that fills the context does not shift it', async () => {
    const server = serverWith({ ctxShift: true }, { nCtx: 8 });
    const [{ embedding }] = await server.native({ input: [1, 20, 21, 22, 23, 24, 25, 26] });
    expect(embedding).toHaveLength(8);
  });

  it('cancelled embeddings free their slots', async () => {
    const gate = new Gate();
    const model = new FakeForwardPass({ nVocab: tokenizer.nVocab, nSlots: 1 });
    const server = testServer({ target: gate.guard(model), settings: { embeddings: true } });
    gate.close();
    const controller = new AbortController();
    const pending = server.post('/embeddings', { input: ['the cat', 'king'] }, controller.signal);
    await expect.poll(async () => (await server.slots())[0]?.is_processing).toBe(true);
    controller.abort();
    expect((await pending).status).toBe(499);
    expect((await server.slots())[0]?.is_processing).toBe(false);
    gate.open();
    expect((await server.post('/embeddings', { input: 'king' })).status).toBe(200);
  });
});

describe('embeddings of fewer dimensions', () => {
  const first = (vector: readonly number[], n: number) => {
    const cut = vector.slice(0, n);
    return cut.map(value => value / Math.hypot(...cut));
  };
  const expectClose = (actual: readonly number[], expected: readonly number[]) => {
    expect(actual).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 5);
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'the vector has the first %i numbers, normalised again',
    async dimensions => {
      const server = serverWith({ pooling: 'mean' });
      const input = ['the cat', 'king', [1, 20, 21]];
      const whole = await server.openAi({ input });
      const cut = await server.openAi({ input, dimensions });
      for (const [i, { embedding }] of cut.data.entries()) {
        expectClose(embedding as number[], first(whole.data[i].embedding as number[], dimensions));
      }
    },
  );

  it('a base64 vector has as many numbers', async () => {
    const server = serverWith({ pooling: 'last' });
    const plain = await server.openAi({ input: 'the cat', dimensions: 3 });
    const encoded = await server.openAi({ input: 'the cat', dimensions: 3, encoding_format: 'base64' });
    const bytes = Buffer.from(String(encoded.data[0].embedding), 'base64');
    expect(Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i))).toEqual(
      plain.data[0].embedding,
    );
  });

  it("vectors are truncated before they are normalised, in llama-server's own format too", async () => {
    const server = serverWith({ pooling: 'mean' });
    const [{ embedding }] = await server.native({ content: 'the cat', dimensions: 2, embd_normalize: 1 });
    expect(Math.abs(embedding[0][0]) + Math.abs(embedding[0][1])).toBeCloseTo(1, 5);
    const [{ embedding: perToken }] = await serverWith().native({ content: 'the cat', dimensions: 2 });
    expect(perToken.map(vector => vector.length)).toEqual(CAT.map(() => 2));
  });

  it.each([0, -1, 9, 100_000, 2.5, true, '8', [8], {}, 1e300])(
    "the value is refused with the field and the model's width: %j",
    async dimensions => {
      const server = serverWith({ pooling: 'mean' });
      const response = await server.post('/v1/embeddings', { input: 'the cat', dimensions });
      expect(response.status).toBe(400);
      expect((await errorOf(response)).message).toContain(
        "Field 'dimensions': must be a whole number from 1 to 8",
      );
    },
  );
});

describe('a faulty request for embeddings', () => {
  const INVALID = { code: 400, type: 'invalid_request_error' };
  it.each<{
    name: string;
    settings?: GivenOptions;
    path?: string;
    body: unknown;
    error: object;
  }>([
    {
      name: 'without the option',
      settings: { embeddings: false },
      body: '{',
      error: {
        code: 501,
        type: 'not_supported_error',
        message: 'This server does not support embeddings. Start it with `--embeddings`',
      },
    },
    {
      name: "on OpenAI's route without pooling, whatever it says",
      path: '/v1/embeddings',
      body: '{',
      error: {
        ...INVALID,
        message: "Pooling type 'none' is not OAI compatible. Please use a different pooling type",
      },
    },
    {
      name: 'without an input',
      body: {},
      error: { ...INVALID, message: '"input" or "content" must be provided' },
    },
    {
      name: 'with an unknown encoding',
      body: { input: 'a', encoding_format: 'hex' },
      error: {
        ...INVALID,
        message:
          "Field 'encoding_format': The format to return the embeddings in. Can be either float or base64",
      },
    },
    { name: 'with a number as encoding', body: { input: 'a', encoding_format: 1 }, error: INVALID },
    { name: 'with a text as norm', body: { input: 'a', embd_normalize: 'L2' }, error: INVALID },
    {
      name: 'with an input without tokens',
      body: { input: ['a', []] },
      error: { ...INVALID, message: 'Input content cannot be empty' },
    },
    { name: 'with no inputs', body: { input: [] }, error: INVALID },
    { name: 'with a number as input', body: { input: 5 }, error: INVALID },
    { name: 'with null as input', body: { input: null }, error: INVALID },
    { name: 'with an object as input', body: { input: { a: 1 } }, error: INVALID },
    { name: 'with inputs that are none', body: { input: ['a', null] }, error: INVALID },
    { name: 'with a fraction as token', body: { input: [1.5] }, error: INVALID },
    { name: 'with a norm below -1', body: { input: 'a', embd_normalize: -2 }, error: INVALID },
    { name: 'with a token that is none', body: { input: [[1], [1, 1000]] }, error: INVALID },
    {
      name: 'when the input is longer than the physical batch',
      settings: { nUbatch: 4 },
      body: { input: [1, 20, 21, 22, 23] },
      error: {
        ...INVALID,
        message:
          'input (5 tokens) is too large to process. increase the physical batch size (current batch size: 4)',
      },
    },
    {
      name: 'when the input is longer than the context',
      body: { input: Array.from({ length: 17 }, () => 20) },
      error: {
        code: 400,
        type: 'exceed_context_size_error',
        message: 'input (17 tokens) is larger than the max context size (16 tokens). skipping',
        n_prompt_tokens: 17,
        n_ctx: 16,
      },
    },
    {
      name: 'when the input fills the context and the last state is wanted',
      settings: { pooling: 'last', nUbatch: 4 },
      body: { input: Array.from({ length: 16 }, () => 20) },
      error: {
        code: 400,
        type: 'exceed_context_size_error',
        message: 'request (16 tokens) exceeds the available context size (16 tokens), try increasing it',
      },
    },
  ])('$name', async ({ settings = {}, path = '/embedding', body, error }) => {
    const server = serverWith(settings, { nCtx: 16 });
    const response = await server.post(path, body);
    expect(await errorOf(response)).toMatchObject(error);
    expect(response.status).toBe((error as { code: number }).code);
  });
});
