import { describe, expect, it } from 'vitest';
import type { MessageEvent } from '../../../protocol/anthropic.ts';
import { joined, sayingServer, templateOpening } from '../../testing/sayingServer.ts';
import { errorOf, parseNamedEvents } from '../../testing/testServer.ts';

const tool = (name: string, parameters: object) => ({ type: 'function', function: { name, parameters } });
const CLOCK = tool('clock', {
  type: 'object',
  properties: { zone: { enum: ['UTC', 'CET'] } },
  required: ['zone'],
});
const DICE = tool('dice', {});
const tools = [CLOCK, DICE];

const LISTED = '{% for t in tools or [] %}{{ t.function.name }},{% endfor %}';
const HERMES = `${LISTED}{# <tool_call> "arguments" #}${templateOpening('A:')}`;
const LLAMA3 = `${LISTED}{# {"name": function name, "parameters": #}${templateOpening('A:')}`;
const THINKER = `${HERMES}<think>{# </think> #}`;
const MISTRAL = `${LISTED}{# [TOOL_CALLS] #}${templateOpening('A:')}`;
const KNOWS_NONE = templateOpening('A:');
/** gpt-oss: the role opens the answer. */
const CHANNELS = `${LISTED}{# <|channel|>analysis<|message|> #}${templateOpening('<|start|>assistant')}`;
const toClock = (zone: string) =>
  `<|channel|>commentary to=functions.clock <|constrain|>json<|message|>{"zone": "${zone}"}`;

const call = (zone: string) =>
  `<tool_call>\n{"name": "clock", "arguments": {"zone": "${zone}"}}\n</tool_call>`;
const clock = (zone: string) => ({ name: 'clock', arguments: `{"zone": "${zone}"}` });

/** Token bias against white space, which an undecided model would write forever. */
const REQUIRED = {
  tool_choice: 'required',
  logit_bias: [
    [' ', false],
    ['\n', false],
  ],
};
const forcedClock = { name: 'clock', arguments: expect.stringMatching(/^\{"zone":"(UTC|CET)"\}$/) };

describe('a chat with tools', () => {
  it.each<{
    name: string;
    chatTemplate: string;
    says: string;
    body?: object;
    content?: string;
    reasoning?: string;
    calls?: object[];
  }>([
    {
      name: 'is called',
      chatTemplate: HERMES,
      says: `Let me see.\n${call('CET')}`,
      content: 'Let me see.',
      calls: [clock('CET')],
    },
    { name: 'is not called', chatTemplate: HERMES, says: 'It is <late.', content: 'It is <late.' },
    {
      name: 'are only called as they can be',
      chatTemplate: HERMES,
      says: call('UXX'),
      calls: [clock('UTC')],
    },
    {
      name: 'have to be called',
      chatTemplate: HERMES,
      says: 'It is late.',
      body: { ...REQUIRED, tools: [CLOCK] },
      calls: [forcedClock],
    },
    {
      name: 'are called at once',
      chatTemplate: HERMES,
      says: `${call('UTC')}\n${call('CET')}`,
      body: { parallel_tool_calls: true },
      calls: [clock('UTC'), clock('CET')],
    },
    {
      name: 'are called one by one',
      chatTemplate: HERMES,
      says: `${call('UTC')}\n${call('CET')}`,
      body: { parallel_tool_calls: false },
      calls: [clock('UTC')],
    },
    {
      name: 'must not be called',
      chatTemplate: HERMES,
      says: call('UXX'),
      body: { tool_choice: 'none' },
      // Content has no special tokens.
      content: '\n{"name": "clock", "arguments": {"zone": "UXX"}}\n',
    },
    {
      name: 'are called in JSON',
      chatTemplate: LLAMA3,
      says: '{"name": "clock", "parameters": {"zone": "UTC"}}',
      calls: [clock('UTC')],
    },
    { name: 'are not any JSON', chatTemplate: LLAMA3, says: '{"a": {}}', content: '{"a": {}}' },
    {
      name: 'are called after thinking of them',
      chatTemplate: THINKER,
      says: `${call('UXX')}, no</think>\n\n${call('CET')}`,
      reasoning: `${call('UXX')}, no`,
      calls: [clock('CET')],
    },
    {
      name: 'have to be called after thinking',
      chatTemplate: THINKER,
      says: 'hm</think>\n\nno',
      body: { ...REQUIRED, tools: [CLOCK] },
      reasoning: 'hm',
      calls: [forcedClock],
    },
    {
      name: 'are unknown to the model',
      chatTemplate: KNOWS_NONE,
      says: '{"name": "dice"}',
      content: '{"name": "dice"}',
    },
    {
      name: 'are unknown to the model that has to call them',
      chatTemplate: KNOWS_NONE,
      says: 'no',
      body: { ...REQUIRED, tools: [CLOCK] },
      calls: [forcedClock],
    },
    {
      name: 'are called in a channel',
      chatTemplate: CHANNELS,
      says: `<|channel|>analysis<|message|>to=functions.dice? No.<|end|><|start|>assistant${toClock('UTC')}`,
      reasoning: 'to=functions.dice? No.',
      calls: [clock('UTC')],
    },
    {
      name: 'are called in a channel as they can be, after words to the user',
      chatTemplate: CHANNELS,
      says: `<|channel|>commentary<|message|>Let me see.<|end|><|start|>assistant${toClock('UXX')}`,
      content: 'Let me see.',
      calls: [clock('UTC')],
    },
    {
      name: 'are called by a recipient before the channel',
      chatTemplate: CHANNELS,
      says: ' to=functions.clock<|channel|>commentary json<|message|>{"zone": "CET"}',
      calls: [clock('CET')],
    },
    {
      name: 'are not called in a channel',
      chatTemplate: CHANNELS,
      says: '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>to=functions',
      reasoning: 'hm',
      content: 'to=functions',
    },
    {
      name: 'have to be called in a channel, after thinking',
      chatTemplate: CHANNELS,
      says: '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>no',
      body: { ...REQUIRED, tools: [CLOCK] },
      reasoning: 'hm',
      calls: [forcedClock],
    },
    {
      name: 'have to be called after thinking that the model begins',
      chatTemplate: `${HERMES}{# </think> #}`,
      says: '<think>hm</think>no',
      body: { ...REQUIRED, tools: [CLOCK] },
      reasoning: 'hm',
      calls: [forcedClock],
    },
    {
      name: 'give way to a schema in a channel',
      chatTemplate: CHANNELS,
      says: '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>no',
      body: { response_format: { type: 'json_schema', json_schema: { schema: { const: 'x' } } } },
      reasoning: 'hm',
      content: '"x"',
    },
    {
      name: 'give way to a schema',
      chatTemplate: HERMES,
      says: call('UTC'),
      body: { response_format: { type: 'json_schema', json_schema: { schema: { const: 'x' } } } },
      content: '"x"',
    },
  ])('$name', async ({ chatTemplate, says, body, content = '', reasoning = '', calls = [] }) => {
    const settings = { chatTemplate, temperature: 0 };
    const { whole, chunks } = await sayingServer(says, settings).ask({ tools, max_tokens: 300, ...body });
    const [{ message, finish_reason }] = whole.choices;
    const called = message.tool_calls?.map(each => each.function) ?? [];
    expect({ content: message.content, reasoning: message.reasoning_content ?? '', calls: called }).toEqual({
      content,
      reasoning,
      calls,
    });
    expect(joined(chunks)).toEqual({ content, reasoning, calls: called });
    expect(finish_reason).toBe(calls.length > 0 ? 'tool_calls' : 'stop');
    expect(chunks.at(-1)?.choices[0].finish_reason).toBe(finish_reason);
  });

  it('a streamed call starts once and then sends its arguments, under one id', async () => {
    const { whole, chunks } = await sayingServer(call('UTC'), { chatTemplate: HERMES }).ask({ tools });
    const deltas = chunks.flatMap(({ choices }) => choices).map(({ delta }) => delta);
    const [role, begun, ...rest] = deltas;
    expect(role).toEqual({ role: 'assistant', content: null });
    expect(begun).toEqual({
      tool_calls: [
        {
          index: 0,
          id: expect.stringMatching(/^[0-9A-Za-z]{32}$/),
          type: 'function',
          function: { name: 'clock', arguments: '' },
        },
      ],
    });
    expect(rest.slice(0, 2)).toEqual([
      { tool_calls: [{ index: 0, function: { arguments: '{' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '"' } }] },
    ]);
    expect(whole.choices[0].message.tool_calls?.[0].id).toMatch(/^[0-9A-Za-z]{32}$/);
  });

  it('call ids have the form that the template requires', async () => {
    const says = '[TOOL_CALLS][{"name": "dice", "arguments": {}}]';
    const { whole } = await sayingServer(says, { chatTemplate: MISTRAL }).ask({ tools });
    expect(whole.choices[0].message.tool_calls).toMatchObject([
      { id: expect.stringMatching(/^[0-9A-Za-z]{9}$/), function: { name: 'dice', arguments: '{}' } },
    ]);
  });

  it('a call that a limit cuts off is still a call', async () => {
    const body = { tools, max_tokens: 42 };
    const { whole } = await sayingServer(call('UTC'), { chatTemplate: HERMES }).ask(body);
    expect(whole.choices[0]).toMatchObject({ finish_reason: 'length' });
    expect(whole.choices[0].message.tool_calls?.[0].function.arguments).toMatch(/^\{[^}]*$/);
  });

  it('the response shows the grammar and its triggers', async () => {
    const { whole } = await sayingServer('x', { chatTemplate: HERMES }).ask({ tools, verbose: true });
    expect(whole.__verbose).toMatchObject({
      generation_settings: {
        grammar: expect.stringContaining('<tool_call>'),
        grammar_lazy: true,
        grammar_triggers: [{ type: 1, value: '<tool_call>' }],
        preserved_tokens: [expect.any(Number), expect.any(Number)],
        chat_format: 'peg-native',
        generation_prompt: 'A:',
      },
    });
  });

  it.each([
    { body: { grammar: null } },
    { body: { grammar: '' } },
    { body: { grammar: undefined } },
    { body: { parallel_tool_calls: null } },
    { body: { tool_choice: null } },
  ])('an unset field counts as absent: $body', async ({ body }) => {
    const { whole } = await sayingServer(call('UTC'), { chatTemplate: HERMES }).ask({ tools, ...body });
    expect(whole.choices[0].message.tool_calls?.map(each => each.function)).toEqual([clock('UTC')]);
  });

  it.each([
    { body: { grammar: 'root ::= "a"' }, message: 'Cannot use custom grammar constraints with tools.' },
    { body: { logprobs: true, stream: true }, message: 'logprobs is not supported with tools + stream' },
    { body: { tools: [tool('f', { type: 'hiccup' })] }, message: 'hiccup' },
  ])('a faulty request is refused: $body', async ({ body, message }) => {
    const { server } = sayingServer('', { chatTemplate: HERMES });
    const messages = [{ role: 'user', content: 'a' }];
    const response = await server.post('/v1/chat/completions', { messages, tools, ...body });
    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toContain(message);
  });

  it("Anthropic's streams have one block after the other", async () => {
    const says = `hm</think>Look: ${call('UTC')}`;
    const { server, ask } = sayingServer(says, { chatTemplate: THINKER });
    await ask({ tools });
    const body = {
      messages: [{ role: 'user', content: 'hi' }],
      tools: [{ name: 'clock', input_schema: CLOCK.function.parameters }, { name: 'dice' }],
      stream: true,
    };
    const events = parseNamedEvents<MessageEvent>(await (await server.post('/v1/messages', body)).text());
    const seen = events.map(event => {
      if (event.type === 'content_block_start') return `${event.index} ${event.content_block.type}`;
      if (event.type === 'content_block_delta') return `${event.index} ${event.delta.type}`;
      return event.type === 'content_block_stop' ? `${event.index} stop` : event.type;
    });
    expect(seen.filter((line, i) => line !== seen[i - 1])).toEqual([
      'message_start',
      ...['0 thinking', '0 thinking_delta', '0 signature_delta', '0 stop'],
      ...['1 text', '1 text_delta', '1 stop'],
      ...['2 tool_use', '2 input_json_delta', '2 stop'],
      'message_delta',
      'message_stop',
    ]);
  });

  it('each dialect has calls in its own form', async () => {
    const { server, ask } = sayingServer(call('UTC'), { chatTemplate: HERMES });
    await ask({ tools });
    const messages = [{ role: 'user', content: 'hi' }];
    const anthropicTools = tools.map(({ function: { name, parameters } }) => ({
      name,
      input_schema: parameters,
    }));
    const message = await server.post('/v1/messages', { messages, tools: anthropicTools });
    expect(await message.json()).toMatchObject({
      content: [{ type: 'tool_use', name: 'clock', input: { zone: 'UTC' } }],
      stop_reason: 'tool_use',
    });
    const responsesTools = tools.map(({ function: definition }) => ({ type: 'function', ...definition }));
    const response = await server.post('/v1/responses', { input: 'hi', tools: responsesTools });
    expect(await response.json()).toMatchObject({
      output: [{ type: 'function_call', name: 'clock', arguments: '{"zone": "UTC"}' }],
    });
  });
});
