import { describe, expect, it } from 'vitest';
import { chatBodyOfAnthropic } from './request.ts';

const text = (text: string) => ({ type: 'text', text });
const toolUse = { type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } };
const chatCall = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } };
const messages = [{ role: 'user', content: 'a' }];
const chatImage = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } };

describe('converting a Messages request to a chat request', () => {
  it.each<{ message: object; chat: object[] }>([
    { message: { role: 'user', content: 'a' }, chat: [{ role: 'user', content: 'a' }] },
    {
      message: { role: 'user', content: [text('a'), image] },
      chat: [{ role: 'user', content: [text('a'), chatImage] }],
    },
    {
      message: { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }, text('b'), toolUse] },
      chat: [{ role: 'assistant', content: [text('b')], tool_calls: [chatCall], reasoning_content: 'hm' }],
    },
    {
      message: { role: 'assistant', content: [toolUse] },
      chat: [{ role: 'assistant', content: '', tool_calls: [chatCall] }],
    },
    {
      message: {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c', content: 'r' },
          text('a'),
          { type: 'tool_result', tool_use_id: 'd', content: [text('r'), text('s')] },
        ],
      },
      chat: [
        { role: 'tool', tool_call_id: 'c', content: 'r' },
        { role: 'user', content: [text('a')] },
        { role: 'tool', tool_call_id: 'd', content: 'rs' },
      ],
    },
    {
      message: {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'c', content: [text('r'), image] }],
      },
      chat: [{ role: 'tool', tool_call_id: 'c', content: [text('r'), chatImage] }],
    },
    { message: { role: 'user', content: [] }, chat: [{ role: 'user', content: '' }] },
    {
      message: { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'x' }, text('b')] },
      chat: [{ role: 'assistant', content: [text('b')] }],
    },
    {
      message: {
        role: 'user',
        content: [
          {
            type: 'document',
            title: 't',
            context: 'c',
            source: { type: 'text', media_type: 'text/plain', data: 'd' },
          },
        ],
      },
      chat: [{ role: 'user', content: [text('<document>\nt\nc\nd\n</document>\n')] }],
    },
    {
      message: {
        role: 'user',
        content: [{ type: 'document', source: { type: 'content', content: [text('d'), text('e')] } }],
      },
      chat: [{ role: 'user', content: [text('<document>\nd\ne\n</document>\n')] }],
    },
    {
      message: {
        role: 'user',
        content: [{ type: 'document', title: null, source: { type: 'content', content: 'd' } }],
      },
      chat: [{ role: 'user', content: [text('<document>\nd\n</document>\n')] }],
    },
    {
      message: {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'c',
            content: [{ type: 'search_result', title: 't', source: 'u', content: [text('d')] }],
          },
        ],
      },
      chat: [{ role: 'tool', tool_call_id: 'c', content: '<search_result>\nt\nu\nd\n</search_result>\n' }],
    },
    {
      message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c' }] },
      chat: [{ role: 'tool', tool_call_id: 'c', content: '' }],
    },
  ])('the message is converted: $message', ({ message, chat }) => {
    expect(chatBodyOfAnthropic({ messages: [message] }).messages).toEqual(chat);
  });

  it.each([
    { body: {}, chat: { max_tokens: 4096 } },
    {
      body: { max_tokens: null, system: null, tools: null, output_config: null },
      chat: { max_tokens: 4096 },
    },
    {
      body: { output_config: { format: { type: 'json_schema', schema: { const: 1 } } } },
      chat: { response_format: { type: 'json_schema', json_schema: { schema: { const: 1 } } } },
    },
    {
      body: { output_format: { type: 'json_schema', schema: { const: 1 } } },
      chat: { response_format: { type: 'json_schema', json_schema: { schema: { const: 1 } } } },
    },
    { body: { max_tokens: 3, stop_sequences: ['x'] }, chat: { max_tokens: 3, stop: ['x'] } },
    { body: { system: 's' }, chat: { messages: [{ role: 'system', content: 's' }, ...messages] } },
    {
      body: { system: [text('s'), text('t')] },
      chat: { messages: [{ role: 'system', content: 'st' }, ...messages] },
    },
    {
      body: { system: 'x-anthropic-billing-header: v=1; cch=a5145;You are' },
      chat: {
        messages: [
          { role: 'system', content: 'x-anthropic-billing-header: v=1; cch=fffff;You are' },
          ...messages,
        ],
      },
    },
    {
      body: { temperature: 0.5, top_k: 3, stream: true },
      chat: { temperature: 0.5, top_k: 3, stream: true },
    },
    {
      body: { tools: [{ name: 'f', description: 'd', input_schema: { type: 'object' } }] },
      chat: {
        tools: [
          { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } },
        ],
      },
    },
    { body: { tool_choice: { type: 'auto' } }, chat: { tool_choice: 'auto' } },
    { body: { tool_choice: { type: 'any' } }, chat: { tool_choice: 'required' } },
    {
      body: { tool_choice: { type: 'tool', name: 'f' } },
      chat: { tool_choice: { type: 'function', function: { name: 'f' } } },
    },
    { body: { thinking: { type: 'enabled', budget_tokens: 9 } }, chat: { thinking_budget_tokens: 9 } },
    { body: { thinking: { type: 'enabled' } }, chat: { thinking_budget_tokens: 10_000 } },
  ])('the request is converted: $body', ({ body, chat }) => {
    expect(chatBodyOfAnthropic({ messages, ...body })).toMatchObject(chat);
  });

  it('fields with another meaning in a chat are left out', () => {
    const body = { messages, n: 2, grammar: 'root ::= "a"', thinking: { type: 'disabled' } };
    expect(Object.keys(chatBodyOfAnthropic(body))).toEqual(['messages', 'max_tokens', 'timings_per_token']);
  });

  it('refuses a trace, which a message has no place for', () => {
    const body = { messages: [{ role: 'user', content: 'a' }], speculation_trace: true };
    expect(() => chatBodyOfAnthropic(body)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: expect.stringMatching(/speculation_trace/),
      }),
    );
  });
});
