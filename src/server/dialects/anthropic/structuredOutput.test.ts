import { describe, expect, it } from 'vitest';
import type { Message, MessageEvent } from '../../../protocol/anthropic.ts';
import { sayingServer, templateOpening } from '../../testing/sayingServer.ts';
import { parseNamedEvents } from '../../testing/testServer.ts';

const CHAT = templateOpening('A:');
const THINKER = `${CHAT}{# </think> #}`;
const OPEN = `${templateOpening('A:<think>')}{# </think> #}`;
const messages = [{ role: 'user', content: 'hi' }];

const object = (properties: object) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const Z = object({ z: { const: 7 } });

interface Row {
  readonly name: string;
  readonly says: string;
  readonly schema: unknown;
  readonly value: unknown;
  readonly chatTemplate?: string;
}

describe('a message fits the schema of its request', () => {
  it.each<Row>([
    { name: 'an object', says: '{"z":8}', schema: Z, value: { z: 7 } },
    { name: 'a number', says: 'seven', schema: { const: 7 }, value: 7 },
    { name: 'a text', says: '"no"', schema: { const: 'yes' }, value: 'yes' },
    { name: 'one of two', says: '"maybe"', schema: { enum: ['maybe', 'mad'] }, value: 'maybe' },
    { name: 'null', says: 'hello', schema: { type: 'null' }, value: null },
    { name: 'a truth', says: 'truth', schema: { type: 'boolean' }, value: true },
    {
      name: 'a list',
      says: '[7,8]',
      schema: { type: 'array', items: { const: 7 }, minItems: 2, maxItems: 2 },
      value: [7, 7],
    },
    { name: 'objects in objects', says: '{"a":{"z":8}}', schema: object({ a: Z }), value: { a: { z: 7 } } },
    { name: 'no object but what fits', says: '{"y":7}', schema: Z, value: { z: 7 } },
    {
      name: 'the answer, if the model could think',
      says: '{"z":8}',
      schema: Z,
      value: { z: 7 },
      chatTemplate: THINKER,
    },
    {
      name: 'what is behind the thoughts',
      says: 'hm</think>{"z":8}',
      schema: Z,
      value: { z: 7 },
      chatTemplate: OPEN,
    },
  ])('$name', async ({ says, schema, value, chatTemplate = CHAT }) => {
    const format = { type: 'json_schema', schema };
    for (const fields of [{ output_config: { format } }, { output_format: format }]) {
      const { post } = sayingServer(says, { chatTemplate });
      const request = { messages, max_tokens: 500, ...fields };
      const whole: Message = await (await post('/v1/messages', request)).json();
      const texts = whole.content.flatMap(block => (block.type === 'text' ? [block.text] : []));
      expect(texts.map(text => JSON.parse(text))).toEqual([value]);
      expect(whole.stop_reason).toBe('end_turn');

      const streamed = await post('/v1/messages', { ...request, stream: true });
      const deltas = parseNamedEvents<MessageEvent>(await streamed.text()).map(event =>
        event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : '',
      );
      expect(JSON.parse(deltas.join(''))).toEqual(value);
    }
  });
});
