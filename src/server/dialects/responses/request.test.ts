import { describe, expect, it } from 'vitest';
import { chatBodyOfResponses } from './request.ts';

const text = (text: string) => [{ type: 'text', text }];
const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' };
const chatCall = { type: 'function', function: { name: 'f', arguments: '{"a":1}' }, id: 'c' };
const said = {
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'b' }],
};
const said2 = { ...said, content: [{ type: 'output_text', text: 'b2' }] };
const thought = { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] };
const user = { role: 'user', content: 'a' };

describe('converting a Responses request to a chat request', () => {
  it.each<{ input: unknown; messages: object[] }>([
    { input: 'a', messages: [{ role: 'user', content: 'a' }] },
    { input: [user], messages: [{ role: 'user', content: text('a') }] },
    {
      input: [{ type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'a' }] }],
      messages: [{ role: 'developer', content: text('a') }],
    },
    { input: [said], messages: [{ role: 'assistant', content: text('b') }] },
    {
      input: [{ role: 'assistant', content: 'no type, as in a chat' }],
      messages: [{ role: 'assistant', content: text('no type, as in a chat') }],
    },
    { input: [call], messages: [{ role: 'assistant', tool_calls: [chatCall] }] },
    {
      input: [user, thought, said, call, call],
      messages: [
        { role: 'user', content: text('a') },
        {
          role: 'assistant',
          reasoning_content: 'hm',
          content: text('b'),
          tool_calls: [chatCall, chatCall],
        },
      ],
    },
    {
      input: [thought, thought, said, said2],
      messages: [
        { role: 'assistant', reasoning_content: 'hm\n\nhm', content: [...text('b'), ...text('b2')] },
      ],
    },
    {
      input: [{ type: 'function_call_output', call_id: 'c', output: 'r' }],
      messages: [{ role: 'tool', tool_call_id: 'c', content: 'r' }],
    },
    {
      input: [
        { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'r' }] },
        said,
      ],
      messages: [
        { role: 'tool', tool_call_id: 'c', content: text('r') },
        { role: 'assistant', content: text('b') },
      ],
    },
    {
      input: [{ ...user, content: [{ type: 'input_image', image_url: 'u' }] }],
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'u' } }] }],
    },
  ])('the input becomes messages: $input', ({ input, messages }) => {
    expect(chatBodyOfResponses({ input }).messages).toEqual(messages);
  });

  const summary = [
    { type: 'summary_text', text: 'h' },
    { type: 'summary_text', text: 'm' },
  ];
  const content = [
    { type: 'reasoning_text', text: 'h' },
    { type: 'reasoning_text', text: 'm' },
  ];
  it.each<{ item: object; reasoning?: string }>([
    { item: { summary, content: undefined }, reasoning: 'h\n\nm' },
    { item: { summary, content: null }, reasoning: 'h\n\nm' },
    { item: { summary, content: [] }, reasoning: 'h\n\nm' },
    { item: { summary, content: [], encrypted_content: 'gAAA' }, reasoning: 'h\n\nm' },
    { item: { summary: [], content }, reasoning: 'h\n\nm' },
    { item: { summary: [{ type: 'summary_text', text: 'x' }], content }, reasoning: 'h\n\nm' },
    { item: { content, encrypted_content: '', status: 'completed' }, reasoning: 'h\n\nm' },
    { item: { summary: [], content: null, encrypted_content: 'gAAA' } },
    { item: { summary: [], encrypted_content: 'gAAA', status: null } },
    { item: { summary: [], content: [] } },
    { item: { summary: null } },
    { item: {} },
  ])('the thoughts of the item are read: $item', ({ item, reasoning }) => {
    const input = [user, { type: 'reasoning', id: 'rs_1', ...item }, said, user];
    expect(chatBodyOfResponses({ input }).messages).toEqual([
      { role: 'user', content: text('a') },
      { role: 'assistant', content: text('b'), ...(reasoning && { reasoning_content: reasoning }) },
      { role: 'user', content: text('a') },
    ]);
  });

  it.each([
    {
      body: { instructions: 's' },
      chat: {
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'a' },
        ],
      },
    },
    {
      body: {
        instructions: null,
        max_output_tokens: null,
        tools: null,
        reasoning: null,
        text: null,
        include: null,
        top_logprobs: null,
        conversation: null,
        prompt: null,
        previous_response_id: null,
      },
      chat: { messages: [{ role: 'user', content: 'a' }] },
    },
    { body: { reasoning: { effort: null }, text: { format: null } }, chat: {} },
    { body: { include: ['message.output_text.logprobs'] }, chat: { logprobs: true, top_logprobs: 0 } },
    {
      body: { include: ['message.output_text.logprobs'], top_logprobs: 2 },
      chat: { logprobs: true, top_logprobs: 2 },
    },
    { body: { top_logprobs: 2 }, chat: { logprobs: true, top_logprobs: 2 } },
    { body: { max_output_tokens: 7, top_k: 2 }, chat: { max_tokens: 7, top_k: 2 } },
    { body: { reasoning: { effort: 'low' } }, chat: { reasoning_effort: 'low' } },
    {
      body: { tools: [{ type: 'function', name: 'f', parameters: {} }, { type: 'web_search' }] },
      chat: { tools: [{ type: 'function', function: { strict: true, name: 'f', parameters: {} } }] },
    },
    {
      body: { text: { format: { type: 'json_schema', name: 'x', schema: { const: 1 } } } },
      chat: { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { const: 1 } } } },
    },
    { body: { text: { format: { type: 'text' } } }, chat: { response_format: { type: 'text' } } },
  ])('the request is converted: $body', ({ body, chat }) => {
    expect(chatBodyOfResponses({ input: 'a', ...body })).toMatchObject(chat);
  });

  it.each<{ body: object; message: string }>([
    { body: {}, message: "'input' is required" },
    { body: { input: 5 }, message: "'input' must be a string or array of objects" },
    { body: { input: [5] }, message: "Cannot determine type of 'item'" },
    { body: { input: null }, message: "'input' is required" },
    { body: { input: [{ role: 'tool', content: 'a' }] }, message: "Cannot determine type of 'item'" },
    { body: { input: [{ role: 'user' }] }, message: 'input[0].content: must be a string or array' },
    { body: { input: [user, { ...call, name: 5 }] }, message: 'input[1].name: must be a string' },
    { body: { input: [{ ...call, call_id: null }] }, message: 'input[0].call_id: must be a string' },
    { body: { input: [{ ...call, arguments: {} }] }, message: 'input[0].arguments: must be a string' },
    ...[
      'item_reference',
      'custom_tool_call',
      'custom_tool_call_output',
      'local_shell_call',
      'local_shell_call_output',
      'web_search_call',
      'file_search_call',
      'computer_call',
      'code_interpreter_call',
      'image_generation_call',
      'mcp_call',
      'compaction',
      'other',
    ].map(type => ({
      body: { input: [user, { type, id: 'x' }] },
      message: `input[1]: items of type "${type}" are not supported`,
    })),
    { body: { input: [{ type: 7 }] }, message: 'input[0]: items of type 7 are not supported' },
    { body: { input: [{ ...thought, content: 'hm' }] }, message: 'input[0].content: must be a string or' },
    { body: { input: [{ ...thought, content: [{}] }] }, message: 'input[0].content[0].text: must be' },
    { body: { input: [{ type: 'reasoning', summary: [5] }] }, message: 'input[0].summary[0].text: must be' },
    {
      body: { input: [{ type: 'function_call_output', call_id: 'c' }] },
      message: 'input[0].output: must be',
    },
    { body: { input: 'a', instructions: 5 }, message: "'instructions' must be a string" },
    { body: { input: 'a', text: 'json' }, message: "'text' must be an object" },
    { body: { input: 'a', text: { format: 'json' } }, message: "'text.format' must be an object" },
    { body: { input: 'a', reasoning: 'low' }, message: "'reasoning' must be an object" },
    { body: { input: 'a', include: 'logprobs' }, message: "'include' must be an array of strings" },
    { body: { input: 'a', conversation: 'c' }, message: "'conversation' is not supported" },
    { body: { input: 'a', conversation: { id: 'c' } }, message: "'conversation' is not supported" },
    { body: { input: 'a', prompt: { id: 'p' } }, message: "'prompt' is not supported" },
    { body: { input: 'a', tools: [5] }, message: "'tools[0]' must be an object" },
    {
      body: { input: 'a', tools: [{ type: 'web_search' }, { type: 'function' }] },
      message: "'tools[1].name' must be a string",
    },
    { body: { input: [{ ...user, content: [{ type: 'input_file' }] }] }, message: "'input_file'" },
    { body: { input: [{ ...user, content: [{ type: 'smell' }] }] }, message: "'type' must be one of" },
    {
      body: { input: 'a', speculation_trace: true },
      message: "'speculation_trace' has no place in a response",
    },
    { body: { input: 'a', tools: 5 }, message: "'tools' must be an array of objects" },
    { body: { input: 'a', previous_response_id: 'r' }, message: "'previous_response_id' is not supported" },
  ])('$body is refused', ({ body, message }) => {
    expect(() => chatBodyOfResponses({ ...body })).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(message) }),
    );
  });
});
