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
const thought = { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] };
const user = { role: 'user', content: 'a' };

describe('a request for Responses', () => {
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
  ])('has the messages of $input', ({ input, messages }) => {
    expect(chatBodyOfResponses({ input }).messages).toEqual(messages);
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
  ])('with $body', ({ body, chat }) => {
    expect(chatBodyOfResponses({ input: 'a', ...body })).toMatchObject(chat);
  });

  it.each<{ body: object; message: string }>([
    { body: {}, message: "'input' is required" },
    { body: { input: 5 }, message: "'input' must be a string or array of objects" },
    { body: { input: [5] }, message: "Cannot determine type of 'item'" },
    { body: { input: [{ type: 'other' }] }, message: "Cannot determine type of 'item'" },
    { body: { input: [{ role: 'user' }] }, message: "Cannot determine type of 'item'" },
    { body: { input: [{ ...call, name: 5 }] }, message: "Cannot determine type of 'item'" },
    { body: { input: [{ ...user, content: [{ type: 'input_file' }] }] }, message: "'input_file'" },
    { body: { input: [{ ...user, content: [{ type: 'smell' }] }] }, message: "'type' must be one of" },
    { body: { input: [{ ...thought, content: [] }] }, message: "item['content'] is empty" },
    { body: { input: 'a', tools: 5 }, message: "'tools' must be an array of objects" },
    { body: { input: 'a', previous_response_id: 'r' }, message: "'previous_response_id' is not supported" },
  ])('$body is refused', ({ body, message }) => {
    expect(() => chatBodyOfResponses({ ...body })).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(message) }),
    );
  });
});
