import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../protocol/options.ts';
import { tokenizer } from '../testing/testServer.ts';
import { readChatRequest } from './request.ts';
import { createChatTemplate } from './template.ts';

const context = {
  template: createChatTemplate({ option: '{{ messages[0].content }}', model: null, jinja: true }),
  tokenizer,
  settings: withDefaults({}),
};
const chat = { messages: [{ role: 'user', content: 'ab' }] };

describe('converting a chat request to a completion request', () => {
  it('fields that are not specific to chats are kept', () => {
    const body = { ...chat, top_k: 3, stop: 'x', n_predict: 5, prompt: 'overwritten' };
    expect(readChatRequest(body, context).body).toMatchObject({
      prompt: 'ab',
      top_k: 3,
      stop: 'x',
      n_predict: 5,
    });
  });

  it.each([
    { body: { response_format: { type: 'json_object' } }, schema: { type: 'object' } },
    { body: { response_format: { type: 'json_object', schema: { const: 1 } } }, schema: { const: 1 } },
    {
      body: { response_format: { type: 'json_schema', json_schema: { schema: { const: 2 } } } },
      schema: { const: 2 },
    },
    { body: { response_format: { type: 'json_object' }, json_schema: { const: 3 } }, schema: { const: 3 } },
    { body: { response_format: { type: 'text' } }, schema: undefined },
    { body: { json_schema: { const: 4 } }, schema: { const: 4 } },
    { body: { response_format: null }, schema: undefined },
    { body: { response_format: {} }, schema: undefined },
  ])('the schema of $body is found', ({ body, schema }) => {
    expect(readChatRequest({ ...chat, ...body }, context).body.json_schema).toEqual(schema);
  });
});
