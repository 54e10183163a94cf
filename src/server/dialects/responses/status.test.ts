import { describe, expect, it } from 'vitest';
import type { ResponseEvent, ResponseObject } from '../../../protocol/responses.ts';
import { sayingServer, templateOpening } from '../../testing/sayingServer.ts';
import { parseNamedEvents } from '../../testing/testServer.ts';

const THINKER = `${templateOpening('A:')}{# </think> #}`;
const CALLER = `{% for t in tools or [] %}{{ t.function.name }},{% endfor %}{# <tool_call> "arguments" #}${THINKER}`;
const tools = [{ type: 'function', name: 'f', parameters: { type: 'object' } }];
const CALL = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>';

/** Response to `body`, the final response of its stream, and the stream's events. */
async function respond(says: string, body: object) {
  const { post } = sayingServer(says, { chatTemplate: CALLER });
  const request = { input: 'hi', tools, ...body };
  const whole: ResponseObject = await (await post('/v1/responses', request)).json();
  const streamed = await post('/v1/responses', { ...request, stream: true });
  const events = parseNamedEvents<ResponseEvent>(await streamed.text());
  return { whole, events };
}

interface Row {
  readonly says: string;
  readonly body: object;
  readonly items: readonly [type: string, status: string][];
}

const [done, cut] = ['completed', 'incomplete'];

describe('the status of a response', () => {
  it.each<Row>([
    { says: 'hello', body: {}, items: [['message', done]] },
    { says: 'hello', body: { stop: 'l' }, items: [['message', done]] },
    { says: 'hello', body: { max_output_tokens: 6 }, items: [['message', done]] },
    {
      says: '<think>hm</think>yes',
      body: {},
      items: [
        ['reasoning', done],
        ['message', done],
      ],
    },
    { says: CALL, body: {}, items: [['function_call', done]] },
    {
      says: `so${CALL}`,
      body: {},
      items: [
        ['message', done],
        ['function_call', done],
      ],
    },
    {
      says: `<think>hm</think>so${CALL}`,
      body: {},
      items: [
        ['reasoning', done],
        ['message', done],
        ['function_call', done],
      ],
    },
    { says: '', body: {}, items: [] },
  ])(
    'a response that ends by itself is completed, and so are its items: $says',
    async ({ says, body, items }) => {
      const { whole, events } = await respond(says, body);
      expect(whole.output.map(({ type, status }) => [type, status])).toEqual(items);
      expect(whole).toMatchObject({ status: done, incomplete_details: null });
      expect(whole.completed_at).toBeGreaterThan(0);
      expect(events.at(-1)?.type).toBe('response.completed');
      expect(events.at(-1)?.response).toMatchObject({ status: done, incomplete_details: null });
      expect(statusesOfDone(events)).toEqual(items);
    },
  );

  it.each<Row>([
    { says: 'hello', body: { max_output_tokens: 1 }, items: [['message', cut]] },
    { says: 'hello', body: { max_output_tokens: 4 }, items: [['message', cut]] },
    { says: 'hello', body: { n_predict: 4 }, items: [['message', cut]] },
    { says: 'hello', body: { max_output_tokens: 3, stop: 'lx' }, items: [['message', cut]] },
    { says: '<think>hm, so</think>yes', body: { max_output_tokens: 4 }, items: [['reasoning', cut]] },
    {
      says: '<think>hm</think>yes',
      body: { max_output_tokens: 5 },
      items: [
        ['reasoning', done],
        ['message', cut],
      ],
    },
    { says: CALL, body: { max_output_tokens: 34 }, items: [['function_call', cut]] },
    {
      says: `so${CALL}`,
      body: { max_output_tokens: 36 },
      items: [
        ['message', done],
        ['function_call', cut],
      ],
    },
    {
      says: `<think>hm</think>so${CALL}`,
      body: { max_output_tokens: 40 },
      items: [
        ['reasoning', done],
        ['message', done],
        ['function_call', cut],
      ],
    },
    { says: 'hello', body: { max_output_tokens: 0 }, items: [] },
  ])('a response cut by a limit is incomplete, and so is its last item: $says $body', async row => {
    const { whole, events } = await respond(row.says, row.body);
    const incomplete_details = { reason: 'max_output_tokens' };
    expect(whole.output.map(({ type, status }) => [type, status])).toEqual(row.items);
    expect(whole).toMatchObject({ status: cut, incomplete_details, completed_at: null });
    expect(events.at(-1)?.type).toBe('response.incomplete');
    expect(events.at(-1)?.response).toMatchObject({ status: cut, incomplete_details, completed_at: null });
    expect(statusesOfDone(events)).toEqual(row.items);
  });

  it.each<{ body: object; fields: object }>([
    { body: {}, fields: { instructions: null, max_output_tokens: null, metadata: null, tools: [] } },
    { body: {}, fields: { error: null, previous_response_id: null, truncation: 'disabled' } },
    { body: {}, fields: { parallel_tool_calls: true, tool_choice: 'auto', top_logprobs: 0 } },
    { body: {}, fields: { temperature: 0, top_p: expect.closeTo(0.95), text: { format: { type: 'text' } } } },
    { body: {}, fields: { reasoning: { effort: null, summary: null } } },
    { body: { instructions: 's' }, fields: { instructions: 's' } },
    { body: { metadata: { a: 'b' } }, fields: { metadata: { a: 'b' } } },
    { body: { temperature: 0.5, top_p: 0.25 }, fields: { temperature: 0.5, top_p: 0.25 } },
    { body: { max_output_tokens: 9 }, fields: { max_output_tokens: 9 } },
    { body: { tools, tool_choice: 'none' }, fields: { tools, tool_choice: 'none' } },
    { body: { parallel_tool_calls: false }, fields: { parallel_tool_calls: false } },
    { body: { reasoning: { effort: 'low' } }, fields: { reasoning: { effort: 'low', summary: null } } },
    {
      body: { text: { format: { type: 'json_schema', name: 'n', schema: { const: 1 } } } },
      fields: { text: { format: { type: 'json_schema', name: 'n', schema: { const: 1 } } } },
    },
    {
      body: { instructions: null, metadata: null, tools: null, tool_choice: null, parallel_tool_calls: null },
      fields: { instructions: null, tools: [], tool_choice: 'auto', parallel_tool_calls: true },
    },
  ])('the response to $body has $fields, in one piece and from its creation on', async ({ body, fields }) => {
    const { whole, events } = await respond('hello', { tools: undefined, ...body });
    const streamed = events.flatMap(({ type, response }) => (response ? [{ type, ...response }] : []));
    for (const response of [whole, ...streamed]) expect(response).toMatchObject(fields);
    const keys = Object.keys(whole).sort();
    for (const { type: _, ...response } of streamed) expect(Object.keys(response).sort()).toEqual(keys);
    expect(streamed[0]).toMatchObject({ type: 'response.created', status: 'in_progress', usage: null });
  });

  it.each([
    { says: 'hello', nThoughts: 0 },
    { says: '<think>hm</think>yes', nThoughts: 2 },
    { says: '<think>hm, so</think>', nThoughts: 6 },
  ])('usage counts the tokens of thoughts: $says', async ({ says, nThoughts }) => {
    const { whole, events } = await respond(says, {});
    const output_tokens_details = { reasoning_tokens: nThoughts };
    expect(whole.usage).toMatchObject({ output_tokens_details });
    expect(events.at(-1)?.response?.usage).toMatchObject({ output_tokens_details });
  });
});

function statusesOfDone(events: readonly ResponseEvent[]) {
  return events.flatMap(({ type, item }) =>
    type === 'response.output_item.done' && item ? [[item.type, item.status]] : [],
  );
}
