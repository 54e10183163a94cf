import { afterEach, describe, expect, it, vi } from 'vitest';
import { BOS, E_ACUTE, errorOf, letters, testServer, tokenizer } from './testing/testServer.ts';

const get = (path: string, init: RequestInit = {}) => new Request(`http://page${path}`, init);
const words = 'xyz '.repeat(20);

describe('a bad request', () => {
  const server = testServer({ nCtx: 64 });
  afterEach(async () => {
    const next = await server.complete({ prompt: 'ab', n_predict: 2, ignore_eos: true });
    expect(next.tokens_predicted).toBe(2);
  });
  const nWords = letters(words).length + 1;
  const invalid = (message: string | RegExp) => ({ code: 400, type: 'invalid_request_error', message });

  it.each([
    { body: '{"prompt": ', expected: invalid(/^The request body is not valid JSON/) },
    { body: '', expected: invalid(/^The request body is not valid JSON/) },
    { body: '[]', expected: invalid('The request body must be a JSON object, but is array') },
    { body: {}, expected: invalid("[json.exception.out_of_range.403] key 'prompt' not found") },
    { body: { prompt: null }, expected: invalid(/key 'prompt' not found/) },
    { body: { prompt: [] }, expected: invalid('"prompt" must not be empty') },
    { body: { prompt: [1, 44] }, expected: invalid('Prompt contains invalid tokens: 44 is not in 0..42') },
    { body: { prompt: [1, -1] }, expected: invalid(/^Prompt contains invalid tokens/) },
    { body: { prompt: 'a', n_predict: 'many' }, expected: invalid(/^Field 'n_predict'/) },
    { body: { prompt: 'a', stream: true, n_predict: -2 }, expected: invalid(/^Field 'n_predict'/) },
    {
      body: { prompt: 'a', repeat_penalty: 0 },
      expected: invalid('Failed to initialize samplers: penalty_repeat must be finite and greater than 0'),
    },
    {
      body: { prompt: words },
      expected: {
        code: 400,
        type: 'exceed_context_size_error',
        message: `request (${nWords} tokens) exceeds the available context size (64 tokens), try increasing it`,
        n_prompt_tokens: nWords,
        n_ctx: 64,
      },
    },
    {
      body: { prompt: ['a', words], stream: true },
      expected: { code: 400, type: 'exceed_context_size_error', n_prompt_tokens: nWords, n_ctx: 64 },
    },
    {
      body: { prompt: 'a', grammar: 'root ::= ("a"' },
      expected: {
        code: 400,
        type: 'invalid_request_error',
        message: /^Failed to initialize samplers: failed to parse grammar \(line 1, column 14: /,
      },
    },
    {
      body: { prompt: 'a', grammar: 'root ::= "a"', json_schema: {} },
      expected: {
        code: 400,
        type: 'invalid_request_error',
        message: 'Cannot use both json_schema and grammar: leave one of them out',
      },
    },
  ])('$body is refused with $expected.code $expected.type', async ({ body, expected }) => {
    const response = await server.post('/completion', body);
    const error = await errorOf(response);
    const { message, ...rest } = { message: /./, ...expected };
    expect(error).toMatchObject(rest);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
    expect(response.status).toBe(expected.code);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(Object.keys(error).slice(0, 3)).toEqual(['code', 'message', 'type']);
  });

  it.each([
    ['GET', '/nothing'],
    ['GET', '/completion'],
    ['POST', '/health'],
    ['POST', '/slots'],
    ['DELETE', '/props'],
  ])('%s %s is not found', async (method, path) => {
    const response = await server.fetch(get(path, { method }));
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toEqual({
      code: 404,
      message: 'File Not Found',
      type: 'not_found_error',
    });
  });
});

describe('routes', () => {
  const server = testServer({ nCtx: 64, nSlots: 2, settings: { alias: 'my-model', temperature: 0.5 } });
  const json = async (path: string) => (await server.fetch(get(path))).json();

  it.each(['/health', '/v1/health'])('%s returns ok', async path => {
    expect(await json(path)).toEqual({ status: 'ok' });
  });

  it('/props shows the default parameters of requests', async () => {
    expect(await json('/props')).toMatchObject({
      default_generation_settings: { params: { temperature: 0.5, n_predict: -1, stream: false }, n_ctx: 64 },
      total_slots: 2,
      model_alias: 'my-model',
      model_path: 'tiny.gguf',
      bos_token: '<s>',
      eos_token: '</s>',
      ui: false,
      build_info: expect.stringMatching(/^b\d/),
      cors_proxy_enabled: false,
    });
  });

  it('/props cannot be changed', async () => {
    const response = await server.post('/props', {});
    expect(response.status).toBe(501);
    expect((await errorOf(response)).type).toBe('not_supported_error');
  });

  it.each(['/models', '/v1/models'])('%s lists the only model', async path => {
    const { models, object, data } = await json(path);
    expect(object).toBe('list');
    expect(models).toMatchObject([{ name: 'my-model', capabilities: ['completion'] }]);
    expect(data).toMatchObject([{ id: 'my-model', meta: { n_vocab: 43, n_ctx: 64, n_ctx_train: 512 } }]);
  });

  it.each([
    { body: { content: 'ab' }, tokens: [tokenizer.tokenOf('ab')] },
    { body: { content: 'a', add_special: true }, tokens: [BOS, ...letters('a')] },
    { body: { content: '<s>' }, tokens: [BOS] },
    {
      body: { content: ['a', 9, 'b'], add_special: true },
      tokens: [BOS, ...letters('a'), 9, ...letters('b')],
    },
    { body: {}, tokens: [] },
  ])('/tokenize returns the tokens of $body', async ({ body, tokens }) => {
    expect(await (await server.post('/tokenize', body)).json()).toEqual({ tokens });
  });

  it('/tokenize returns pieces: text, or the bytes of a partial character', async () => {
    const body = { content: ['a', ...E_ACUTE], with_pieces: true };
    expect(await (await server.post('/tokenize', body)).json()).toEqual({
      tokens: [
        { id: letters('a')[0], piece: 'a' },
        { id: 4, piece: [0xc3] },
        { id: 5, piece: [0xa9] },
      ],
    });
  });

  it.each([{ content: 5 }, { content: [null] }, { content: {} }, { content: [1000], with_pieces: true }])(
    '/tokenize refuses %j',
    async body => {
      const error = await errorOf(await server.post('/tokenize', body));
      expect(error).toMatchObject({ code: 400, message: expect.stringContaining('"content"') });
    },
  );

  it('/detokenize shows special tokens', async () => {
    const response = await server.post('/detokenize', { tokens: [BOS, ...letters('a b'), ...E_ACUTE] });
    expect(await response.json()).toEqual({ content: '<s>a bé' });
  });

  it.each([{ tokens: 'a' }, { tokens: ['a'] }, { tokens: [-1] }, { tokens: [43] }, { tokens: [1.5] }])(
    '/detokenize refuses %j',
    async body => {
      expect((await server.post('/detokenize', body)).status).toBe(400);
    },
  );
});

describe('DRY', () => {
  it('the sequence breakers are looked up once, however many prompts a request has', async () => {
    const server = testServer();
    const request = { dry_multiplier: 1, dry_sequence_breakers: ['.', 'é'], n_predict: 1 };
    const piece = vi.spyOn(tokenizer, 'piece');
    await server.post('/completion', { ...request, prompt: Array(20).fill('a') });
    const nCalls = piece.mock.calls.length;
    piece.mockRestore();
    expect(nCalls).toBeLessThan(3 * tokenizer.nVocab);
  });
});
