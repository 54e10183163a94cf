import { describe, expect, it } from 'vitest';
import { isJsonObject } from '../http/json.ts';
import { testServer } from '../testing/testServer.ts';

const TEMPLATE = '{% for m in messages %}{{ m.content }}{% endfor %}';
const WRONG: readonly unknown[] = [null, 5, -1, 'x', '', true, false, [], [null], {}, { type: 'x' }];

const schema = { type: 'object', properties: {} };

/** Correct bodies with every field that the route knows. */
const GOOD: Readonly<Record<string, object>> = {
  '/v1/messages': {
    model: 'm',
    max_tokens: 1,
    system: [{ type: 'text', text: 's' }],
    stop_sequences: ['x'],
    temperature: 0,
    top_k: 1,
    top_p: 1,
    stream: false,
    metadata: { user_id: 'u' },
    thinking: { type: 'enabled', budget_tokens: 1 },
    output_config: { format: { type: 'json_schema', schema: { const: null } } },
    tools: [{ name: 'f', description: 'd', input_schema: schema }],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 't', signature: '' },
          { type: 'tool_use', id: 'c', name: 'f', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c', content: [{ type: 'text', text: 'r' }] },
          { type: 'document', title: 't', source: { type: 'text', media_type: 'text/plain', data: 'd' } },
          { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'd' }] } },
          { type: 'search_result', title: 't', source: 's', content: [{ type: 'text', text: 'd' }] },
        ],
      },
    ],
  },
  '/v1/responses': {
    model: 'm',
    max_output_tokens: 1,
    instructions: 'i',
    temperature: 0,
    top_p: 1,
    stream: false,
    include: ['message.output_text.logprobs'],
    top_logprobs: 1,
    metadata: { a: 'b' },
    reasoning: { effort: 'low', summary: 'auto' },
    text: { format: { type: 'json_schema', name: 'n', schema: { const: null } } },
    tools: [{ type: 'function', name: 'f', description: 'd', parameters: schema }],
    parallel_tool_calls: true,
    store: false,
    truncation: 'auto',
    user: 'u',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'a' }] },
      { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 't' }], encrypted_content: 'e' },
      { type: 'reasoning', id: 'r', summary: [], content: [{ type: 'reasoning_text', text: 't' }] },
      {
        type: 'message',
        role: 'assistant',
        id: 'm',
        status: 'completed',
        content: [{ type: 'output_text', text: 'b' }],
      },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'r' }] },
    ],
  },
};

/** Replaces each value of a body, one at a time, by values of other types. */
function* mutants(value: unknown): Generator<{ place: string; body: unknown }> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      for (const { place, body } of mutants(item))
        yield { place: `[${i}]${place}`, body: value.with(i, body) };
    }
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _, ...without } = value;
      yield { place: `.${key} is missing`, body: without };
      for (const { place, body } of mutants(item))
        yield { place: `.${key}${place}`, body: { ...value, [key]: body } };
    }
  }
  for (const wrong of WRONG) yield { place: ` = ${JSON.stringify(wrong)}`, body: wrong };
}

describe('a wrong value at any place of a body', () => {
  it.each(Object.keys(GOOD))(
    '%s',
    async path => {
      const server = testServer({ nCtx: 2048, settings: { chatTemplate: TEMPLATE } });
      expect((await server.post(path, GOOD[path])).status).toBe(200);
      const blamed: string[] = [];
      let nTried = 0;
      for (const { place, body } of mutants(GOOD[path])) {
        const response = await server.post(path, { ...Object(body) });
        nTried++;
        if (response.status >= 500) blamed.push(`${place}: ${await response.text()}`);
        else await response.text();
      }
      expect(blamed).toEqual([]);
      expect(nTried).toBeGreaterThan(300);
    },
    60_000,
  );
});
