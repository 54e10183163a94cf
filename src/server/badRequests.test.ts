import { describe, expect, it } from 'vitest';
import { FakeForwardPass } from '../engine/fakeForwardPass.ts';
import { createTokenizer } from '../tokenizer/index.ts';
import { toyVocabulary } from '../tokenizer/toyVocabulary.ts';
import { testServer } from './testing/testServer.ts';

const tokenizer = createTokenizer(
  toyVocabulary(
    ['<PRE>', '<SUF>', '<MID>'].map(text => [text, 0, 'control'] as const),
    { addSpacePrefix: false },
  ),
);

function newServer() {
  return testServer({
    tokenizer,
    target: new FakeForwardPass({ nVocab: tokenizer.nVocab }),
    settings: {
      ...{ embeddings: true, pooling: 'mean', nPredict: 1, predictRoute: '/predict', slotSavePath: 'slots' },
      chatTemplate:
        "{% for m in messages %}{% if m.role == 'odd' %}{{ raise_exception('odd') }}{% endif %}{{ m.content }}{% endfor %}",
    },
    slotFiles: { read: async () => new Uint8Array(), write: async () => {} },
  });
}

const user = { role: 'user', content: 'ab' };
const chat = (...messages: unknown[]) => ({ messages: [...messages, user] });
const calling = (call: unknown) => chat(user, { role: 'assistant', tool_calls: [call] });
const part = (...parts: unknown[]) => chat({ role: 'user', content: parts });
const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };

const MISTAKES: Readonly<Record<string, readonly unknown[]>> = {
  '/v1/chat/completions': [
    part(image),
    part({ type: 'input_audio', input_audio: { data: '', format: 'wav' } }),
    part({ type: 'video_url', video_url: {} }),
    part({ type: 'text' }),
    part({ type: 'text', text: null }),
    part({ type: 'text', text: 5 }),
    part({ text: 'x' }),
    part('x'),
    part(null),
    chat({ content: 'hi' }),
    chat({ role: null, content: 'hi' }),
    chat({ role: 5, content: 'hi' }),
    chat({ role: 'odd', content: 'hi' }),
    chat(null),
    chat([user]),
    chat({ role: 'user', content: { text: 'x' } }),
    chat({ role: 'assistant', tool_calls: {} }),
    calling(null),
    calling({}),
    calling({ type: 'web_search', function: { name: 'f', arguments: '{}' } }),
    calling({ type: 'function' }),
    calling({ type: 'function', function: 'f' }),
    calling({ type: 'function', function: { arguments: '{}' } }),
    calling({ type: 'function', function: { name: 5, arguments: '{}' } }),
    calling({ type: 'function', function: { name: 'f' } }),
    calling({ type: 'function', function: { name: 'f', arguments: [] } }),
    { ...chat(), reasoning_format: 'loud' },
    { ...chat(), json_schema: {}, grammar: 'root ::= "a"' },
    { ...chat(), samplers: ['infill'] },
    { ...chat(), chat_template_kwargs: { enable_thinking: 'no' } },
  ],
  '/apply-template': [part(image), chat({ content: 'hi' }), chat({ role: 'odd', content: 'hi' }), {}],
  '/completion': [
    {},
    { prompt: [] },
    { prompt: {} },
    { prompt: 5 },
    { prompt: [[1.5]] },
    { prompt: [100_000] },
    { prompt: { prompt_string: 'a', multimodal_data: ['x'] } },
    { prompt: 'a', stop: [5] },
    { prompt: 'a', samplers: 'a' },
    { prompt: 'a', grammar: 'root ::= x' },
    { prompt: 'a', json_schema: 5 },
  ],
  '/v1/embeddings': [
    {},
    { input: 5 },
    { input: {} },
    { input: [] },
    { input: [[]] },
    { input: ['a', null] },
    { input: [1.5] },
    { input: [100_000] },
    { input: 'a', encoding_format: 5 },
    { input: 'a', encoding_format: 'hex' },
    { input: 'a', embd_normalize: 'L2' },
    { input: 'a', dimensions: 'all' },
    { input: 'a'.repeat(200) },
  ],
  '/infill': [
    {},
    { input_prefix: 'a' },
    { input_suffix: 'a' },
    { input_prefix: 5, input_suffix: 'a' },
    { input_prefix: 'a', input_suffix: [null] },
    { input_prefix: 'a', input_suffix: 'b', input_extra: 5 },
    { input_prefix: 'a', input_suffix: 'b', input_extra: [{ text: 5 }] },
  ],
  '/tokenize': [{ content: 5 }, { content: [{}] }, { content: [100_000] }],
  '/detokenize': [{ tokens: 'a' }, { tokens: [1.5] }, { tokens: [100_000] }, { tokens: [null] }],
  '/slots/0?action=save': [{}, { filename: null }, { filename: 5 }, { filename: '../x' }],
  '/slots/0?action=restore': [{}, { filename: 5 }, { filename: 'none' }],
  '/slots/x?action=save': [{ filename: 'a' }],
  '/slots/0?action=no': [{}],
  '/v1/chat/completions/control': [{}, { id: 5 }, { id: 'x' }, { id: 'x', action: 5 }],
  '/lora-adapters': [{}, 5],
  '/predict': [{}, { instances: {} }, { instances: 'x' }],
};

describe("the client's mistakes", () => {
  it.each(
    Object.entries(MISTAKES).flatMap(([path, bodies]) =>
      ['', '{', 'null', '[]', '"x"', ...bodies].map(body => ({ path, body })),
    ),
  )('a faulty body is a 400 on $path: $body', async ({ path, body }) => {
    // An array of scales is what this one takes.
    if (path === '/lora-adapters' && body === '[]') return;
    const response = await newServer().post(path, body);
    const text = await response.text();
    expect(response.status, text).toBe(400);
    expect(JSON.parse(text).error.type).not.toBe('server_error');
  });

  const VALUES = [true, 0, -1, 1.5, 1e300, '', 'x', [], [null], [[]], [{}], {}, { type: 'x' }];
  it.each([
    [
      '/completion',
      { prompt: 'a' },
      ['prompt', 'stop', 'logit_bias', 'samplers', 'n', 'seed', 'lora', 'grammar'],
    ],
    [
      '/v1/completions',
      { prompt: 'a' },
      ['prompt', 'echo', 'best_of', 'suffix', 'logprobs', 'stream', 'stream_options', 'logit_bias'],
    ],
    [
      '/v1/chat/completions',
      chat(),
      [
        ...['messages', 'response_format', 'chat_template_kwargs', 'reasoning_effort', 'reasoning_format'],
        ...['continue_final_message', 'logprobs', 'top_logprobs', 'functions', 'modalities', 'json_schema'],
      ],
    ],
    [
      '/v1/embeddings',
      { input: 'a' },
      ['input', 'content', 'encoding_format', 'embd_normalize', 'dimensions', 'model'],
    ],
    [
      '/infill',
      { input_prefix: 'a', input_suffix: 'b' },
      ['input_prefix', 'input_suffix', 'input_extra', 'prompt'],
    ],
    ['/tokenize', { content: 'a' }, ['content', 'add_special', 'parse_special', 'with_pieces']],
    ['/detokenize', { tokens: [] }, ['tokens']],
    ['/predict', { instances: [] }, ['instances']],
  ])('no value of any field of %s makes the server fail', { timeout: 60_000 }, async (path, body, fields) => {
    const server = newServer();
    for (const field of fields) {
      for (const value of VALUES) {
        const response = await server.post(path, { ...body, [field]: value });
        expect(response.status, `${field}: ${JSON.stringify(value)} ${await response.text()}`).toBeLessThan(
          500,
        );
      }
    }
  });
});
