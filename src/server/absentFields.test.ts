import { describe, expect, it } from 'vitest';
import { withDefaults } from '../protocol/options.ts';
import { completionFields } from './params/completionFields.ts';
import { testServer, tokenizer } from './testing/testServer.ts';

const COMPLETION_FIELDS = Object.values(completionFields(withDefaults({}), tokenizer, 1)).flatMap(
  ({ names }) => names,
);
const CHAT_FIELDS = [
  ...COMPLETION_FIELDS,
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'response_format', 'stream_options', 'top_logprobs'],
  ...['chat_template_kwargs', 'add_generation_prompt', 'continue_final_message', 'reasoning_effort', 'user'],
  ...['reasoning_budget_tokens', 'reasoning_budget_message', 'reasoning_control', 'thinking_budget_tokens'],
  ...[
    'functions',
    'function_call',
    'modalities',
    'audio',
    'web_search_options',
    'metadata',
    'store',
    'model',
  ],
];
const MESSAGE = { role: 'user', content: 'ab' };

const ROUTES: readonly { path: string; body: object; optional: readonly string[] }[] = [
  { path: '/completion', body: { prompt: 'ab', n_predict: 2 }, optional: COMPLETION_FIELDS },
  {
    path: '/v1/completions',
    body: { prompt: 'ab', max_tokens: 2 },
    optional: [...COMPLETION_FIELDS, 'echo', 'best_of', 'suffix', 'stream_options', 'model', 'user'],
  },
  { path: '/v1/chat/completions', body: { messages: [MESSAGE], max_tokens: 2 }, optional: CHAT_FIELDS },
  {
    path: '/v1/responses',
    body: { input: 'ab', max_output_tokens: 2 },
    optional: [
      ...CHAT_FIELDS,
      ...[
        'instructions',
        'previous_response_id',
        'reasoning',
        'text',
        'include',
        'truncation',
        'conversation',
      ],
    ],
  },
  {
    path: '/v1/messages',
    body: { messages: [MESSAGE], max_tokens: 2 },
    optional: [
      'system',
      'tools',
      'tool_choice',
      'stop_sequences',
      'temperature',
      'top_p',
      'top_k',
      'stream',
      'thinking',
    ],
  },
  {
    path: '/v1/messages/count_tokens',
    body: { messages: [MESSAGE] },
    optional: ['system', 'tools', 'thinking'],
  },
  { path: '/v1/responses/input_tokens', body: { input: 'ab' }, optional: ['instructions', 'tools', 'text'] },
  { path: '/apply-template', body: { messages: [MESSAGE] }, optional: CHAT_FIELDS },
  {
    path: '/embeddings',
    body: { input: 'ab' },
    optional: ['content', 'encoding_format', 'embd_normalize', 'dimensions', 'model', 'user'],
  },
  {
    path: '/v1/embeddings',
    body: { content: 'ab' },
    optional: ['input', 'encoding_format', 'embd_normalize', 'dimensions', 'model', 'user'],
  },
  { path: '/tokenize', body: {}, optional: ['content', 'add_special', 'parse_special', 'with_pieces'] },
  { path: '/detokenize', body: {}, optional: ['tokens'] },
];

/** Answer without the fields that differ from run to run. */
async function said(path: string, body: object): Promise<unknown> {
  const server = testServer({ settings: { embeddings: true, pooling: 'mean' } });
  const response = await server.post(path, body);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text, (key, value) =>
    /(^id|_at|_ms|_second|^created|^timings)$/.test(key) ? undefined : value,
  );
}

describe('a field with the value null', () => {
  it.each(ROUTES)(
    'null counts as absent in $path, for each optional field',
    async ({ path, body, optional }) => {
      const absent = await said(path, body);
      const given = new Set(Object.keys(body));
      const names = optional.filter(name => !given.has(name));
      const nulls = Object.fromEntries(names.map(name => [name, null]));
      expect(await said(path, { ...nulls, ...body })).toEqual(absent);
    },
  );

  it.each([
    [{ prompt: { prompt_string: 'ab', multimodal_data: null } }, { prompt: 'ab' }],
    [{ prompt: 'ab', stream_options: { include_usage: null } }, { prompt: 'ab' }],
    [{ prompt: 'ab', speculative: { n_max: null, n_min: null } }, { prompt: 'ab' }],
    [{ prompt: 'ab', stop: [null] }, { prompt: 'ab' }],
  ])('null counts as absent inside a field of a completion: %j', async (body, expected) => {
    expect(await said('/completion', { ...body, n_predict: 2 })).toEqual(
      await said('/completion', { ...expected, n_predict: 2 }),
    );
  });

  const call = { type: 'function', function: { name: 'f', arguments: '{}' } };
  it.each([
    [{ ...MESSAGE, name: null, tool_calls: null, tool_call_id: null, reasoning_content: null }, MESSAGE],
    [{ role: 'user', content: [{ type: 'text', text: 'ab', image_url: null }] }, MESSAGE],
    [
      { role: 'assistant', content: 'c', refusal: null, audio: null, function_call: null, annotations: null },
      { role: 'assistant', content: 'c' },
    ],
    [
      { role: 'assistant', content: null },
      { role: 'assistant', content: '' },
    ],
    [
      { role: 'assistant', content: null, tool_calls: [{ ...call, id: null, index: null }] },
      { role: 'assistant', content: '', tool_calls: [call] },
    ],
  ])('null counts as absent inside a message: %j', async (message, expected) => {
    const chat = (given: object) => ({ messages: [MESSAGE, given, MESSAGE] });
    expect(await said('/apply-template', chat(message))).toEqual(
      await said('/apply-template', chat(expected)),
    );
  });
});
