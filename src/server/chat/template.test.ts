import { describe, expect, it } from 'vitest';
import { type GivenOptions, withDefaults } from '../../protocol/options.ts';
import { BOS, EOS, tokenizer } from '../testing/testServer.ts';
import { renderChat } from './prompt.ts';
import { createChatTemplate, type TemplateSources } from './template.ts';

const bosText = tokenizer.pieceText(BOS);
const eosText = tokenizer.pieceText(EOS);
const CONVERSATION = [
  { role: 'system', content: ' Book ' },
  { role: 'user', content: 'Hey' },
];
const LLAMA3_LIKE = `{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>

{{ m.content | trim }}<|eot_id|>{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>

{% endif %}`;

function templateOf(sources: Partial<TemplateSources>) {
  return createChatTemplate({ option: undefined, model: null, jinja: true, ...sources });
}

function render(sources: Partial<TemplateSources>, body: object = {}, settings: GivenOptions = {}): string {
  const context = { template: templateOf(sources), tokenizer, settings: withDefaults(settings) };
  return renderChat({ messages: CONVERSATION, ...body }, context).text;
}

const CHATML_TEXT =
  '<|im_start|>system\n Book <|im_end|>\n<|im_start|>user\nHey<|im_end|>\n<|im_start|>assistant\n';
const LLAMA3_TEXT =
  '<|start_header_id|>system<|end_header_id|>\n\nBook<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHey<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n';
const COMMAND_R_TEXT =
  '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>Book<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Hey<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>';

describe('a chat template', () => {
  it.each<{ sources: Partial<TemplateSources>; expected: string }>([
    { sources: {}, expected: CHATML_TEXT },
    { sources: { jinja: false }, expected: CHATML_TEXT },
    { sources: { option: 'chatml' }, expected: CHATML_TEXT },
    { sources: { option: 'llama3', jinja: false }, expected: LLAMA3_TEXT },
    { sources: { option: 'llama3' }, expected: LLAMA3_TEXT },
    { sources: { option: 'command-r', jinja: false }, expected: COMMAND_R_TEXT },
    { sources: { model: LLAMA3_LIKE }, expected: LLAMA3_TEXT },
    { sources: { model: LLAMA3_LIKE, jinja: false }, expected: LLAMA3_TEXT },
    { sources: { model: LLAMA3_LIKE, option: 'chatml' }, expected: CHATML_TEXT },
    {
      sources: { option: 'This is not a chat template, it is' },
      expected: 'This is not a chat template, it is',
    },
    {
      sources: { model: '{{ "<|START_OF_TURN_TOKEN|>" }}<|USER_TOKEN|>', jinja: false },
      expected: COMMAND_R_TEXT,
    },
  ])('the template from $sources is $expected', ({ sources, expected }) => {
    expect(render(sources)).toBe(expected);
  });

  it.each([{}, { jinja: false }])('the opener is left out on request, %j', sources => {
    const text = render(sources, { add_generation_prompt: false });
    expect(text).toBe(CHATML_TEXT.slice(0, -'<|im_start|>assistant\n'.length));
  });

  it.each([
    { sources: { option: '{% for %}' }, message: 'the chat template is not valid Jinja' },
    { sources: { option: 'no such format', jinja: false }, message: 'try using --jinja' },
  ])('the template option of $sources is refused', ({ sources, message }) => {
    expect(() => templateOf(sources)).toThrow(
      expect.objectContaining({ code: 'invalid_option', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    { model: '{% for %}', jinja: true },
    { model: 'a format of its own', jinja: false },
  ])('an unusable template in the model file makes only chats fail, %j', sources => {
    expect(templateOf(sources)).toMatchObject({ kind: 'unusable', source: sources.model });
    expect(() => render(sources)).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it('a template can use tokens, thinking, the date and variables of the request', () => {
    const option =
      '{{ bos_token }}|{{ eos_token }}|{{ enable_thinking }}|{{ date_string }}|{{ datetime }}|{{ strftime_now("%Y") }}|{{ mood }}|{{ reasoning_effort }}|{{ add_generation_prompt is defined }}';
    const year = new Date().getFullYear();
    const text = render(
      { option: `.${option}` },
      {
        chat_template_kwargs: { mood: 'good', enable_thinking: false, reasoning_effort: 'low' },
        reasoning_effort: 'high',
        add_generation_prompt: false,
      },
    );
    const date = '\\d\\d \\w{3} \\d{4}\\|\\w{3} \\d\\d \\d{4}';
    expect(text).toMatch(
      new RegExp(`^\\.${bosText}\\|${eosText}\\|false\\|${date}\\|${year}\\|good\\|high\\|false$`, 'i'),
    );
  });

  it('the beginning-of-sequence text is left out if the tokenizer adds the token', () => {
    expect(render({ option: '{{ bos_token }}a{{ bos_token }}' })).toBe(`a${bosText}`);
  });

  it('content is passed in a form that the template supports: parts, strings or lines', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    const messages = [
      { role: 'user', content: parts },
      { role: 'user', content: 'c' },
    ];
    const typed = '{% for m in messages %}{% for p in m.content %}[{{ p.text }}]{% endfor %}{% endfor %}';
    const both = `{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}[{{ p.text }}]{% endfor %}{% endif %}{% endfor %}`;
    const text = '{% for m in messages %}{{ m.content }};{% endfor %}';
    expect(render({ option: typed }, { messages })).toBe('[a][b][c]');
    expect(render({ option: both }, { messages })).toBe('[a][b]c');
    expect(render({ option: text }, { messages })).toBe('a\nb;c;');
    expect(render({ jinja: false }, { messages })).toContain('user\na\nb<|im_end|>');
  });

  it('the system message moves into the next message if the template lacks that role', () => {
    const option = "{% for m in messages if m.role != 'system' %}{{ m.content }};{% endfor %}";
    expect(render({ option })).toBe(' Book \nHey;');
  });

  it.each([
    { prefill: 'Whill', end: 'Whill' },
    { prefill: ['Wh', 'ill'].map(text => ({ type: 'text', text })), end: 'Wh\n\nill' },
  ])('an answer continues a last message of the assistant, $prefill', ({ prefill, end }) => {
    const messages = [...CONVERSATION, { role: 'assistant', content: prefill }];
    expect(render({}, { messages })).toBe(CHATML_TEXT + end);
    const explicit = { messages, continue_final_message: true, add_generation_prompt: false };
    expect(render({}, explicit)).toBe(CHATML_TEXT + end);
    // The fixed formats have turns only, no continuation.
    expect(render({ jinja: false }, { messages })).toMatch(/<\|im_end\|>\n<\|im_start\|>assistant\n$/);
  });

  it.each([
    { body: {}, end: ';A:<think></think>Wh' },
    {
      body: { continue_final_message: 'content', add_generation_prompt: false },
      end: ';A:<think></think>Wh',
    },
    {
      body: { continue_final_message: 'reasoning_content', add_generation_prompt: false },
      end: ';A:<think>',
    },
    { body: {}, reasoning: 'hm', end: ';A:<think>hm</think>Wh' },
    { body: {}, reasoning: 'hm', content: '', end: ';A:<think>hm' },
    { body: {}, settings: { prefillAssistant: false }, end: ';A:<think>' },
  ])(
    'an answer continues thoughts, or the content behind them, $body $settings',
    ({ body, settings, reasoning, content = 'Wh', end }) => {
      const message = { role: 'assistant', content, ...(reasoning && { reasoning_content: reasoning }) };
      const messages = [...CONVERSATION, message];
      const option = `{% for m in messages %}{{ m.content }};{% endfor %}{% if add_generation_prompt %}A:<think>{# </think> #}{% endif %}`;
      expect(render({ option }, { messages, ...body }, settings).endsWith(end)).toBe(true);
    },
  );

  it('turns may be closed by another text than the one that opens an answer', () => {
    const option = '{{ messages[0].content }}{% if add_generation_prompt %}<|a|>{% else %}<|end|>{% endif %}';
    const user = { role: 'user', content: 'x' };
    const started = [user, { role: 'assistant', content: 'y' }];
    expect(render({ option }, { messages: [user] })).toBe('x<|a|>');
    expect(render({ option }, { messages: [user], add_generation_prompt: false })).toBe('x<|end|>');
    expect(render({ option }, { messages: started })).toBe('x<|a|>y');
  });

  it('tools are passed on, and arguments of calls in the form that the template supports', () => {
    const tool = { type: 'function', function: { name: 'clock', parameters: {} } };
    const messages = [
      { role: 'user', content: 'When?' },
      {
        role: 'assistant',
        tool_calls: [{ type: 'function', id: 'x', function: { name: 'clock', arguments: '{"zone":"UTC"}' } }],
      },
      { role: 'tool', tool_call_id: 'x', content: 'now' },
    ];
    const loop = (args: string) =>
      `{% for t in tools or [] %}<{{ t.function.name }}>{% endfor %}{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}(${args}){% endfor %};{% endfor %}`;
    const body = { messages, tools: [tool] };
    const asObject = render(
      { option: loop('{% for k, v in c.function.arguments.items() %}{{ k }}={{ v }}{% endfor %}') },
      body,
    );
    expect(asObject).toBe('<clock>When?;clock(zone=UTC);now;');
    const asText = render({ option: loop('{{ c.function.arguments + "" }}') }, body);
    expect(asText).toBe('<clock>When?;clock({"zone":"UTC"});now;');
  });

  it('content next to calls becomes a message of its own if the template writes calls of messages without content only', () => {
    const option =
      '{% for m in messages %}{% if m.content is none %}{% for c in m.tool_calls %}[{{ c.function.name }}]{% endfor %}{% else %}{{ m.content }}{% endif %};{% endfor %}';
    const tool_calls = [{ type: 'function', id: 'x', function: { name: 'clock', arguments: '{}' } }];
    const calling = { role: 'assistant', tool_calls };
    const user = { role: 'user', content: 'When?' };
    expect(render({ option }, { messages: [user, calling, user] })).toBe('When?;[clock];When?;');
    const messages = [user, { ...calling, content: 'Let me see.' }, user];
    expect(render({ option }, { messages })).toBe('When?;Let me see.;[clock];When?;');
  });

  it("thoughts are also passed under gpt-oss' name, but not next to content and calls", () => {
    const option = '{% for m in messages %}{{ m.thinking }}/{{ m.content }};{% endfor %}';
    const thought = { role: 'assistant', reasoning_content: 'hm', content: 'yes' };
    const tool_calls = [{ type: 'function', id: 'x', function: { name: 'clock', arguments: '{}' } }];
    const user = { role: 'user', content: 'a' };
    expect(render({ option }, { messages: [thought, user] })).toBe('hm/yes;/a;');
    expect(render({ option }, { messages: [{ ...thought, content: '', tool_calls }, user] })).toBe('hm/;/a;');
    expect(render({ option }, { messages: [{ ...thought, tool_calls }, user] })).toBe('/yes;/a;');
  });

  it('conversations with tools may have a template of their own', () => {
    const sources = { model: 'alone', toolUse: '{{ tools[0].function.name }}' };
    expect(render(sources)).toBe('alone');
    expect(render(sources, { tools: [{ type: 'function', function: { name: 'clock' } }] })).toBe('clock');
  });

  it('capabilities of a template are detected', () => {
    const template = templateOf({});
    expect(template).toMatchObject({
      kind: 'jinja',
      caps: {
        supports_object_arguments: false,
        supports_parallel_tool_calls: false,
        supports_preserve_reasoning: false,
        supports_reasoning_effort: false,
        supports_string_content: true,
        supports_system_role: true,
        supports_tool_calls: false,
        supports_tools: false,
        supports_typed_content: false,
      },
    });
  });
});

describe('a bad conversation', () => {
  const user = { role: 'user', content: 'a' };
  const assistant = { role: 'assistant', content: 'b' };
  const call = { type: 'function', function: { name: 'f', arguments: '{}' } };
  const tool = { type: 'function', function: { name: 'f' } };

  it.each<{ body: object; code?: string; message: string }>([
    { body: { messages: undefined }, message: "'messages' is required" },
    { body: { messages: null }, message: "Expected 'messages' to be an array" },
    { body: { messages: 'string' }, message: "Expected 'messages' to be an array" },
    { body: { messages: [123] }, message: "All non-assistant messages must contain 'content'" },
    { body: { messages: [{ role: 123 }] }, message: "All non-assistant messages must contain 'content'" },
    { body: { messages: [user, {}] }, message: "All non-assistant messages must contain 'content'" },
    {
      body: { messages: [{ role: 'assistant' }] },
      message: "Assistant message must contain either 'content' or 'tool_calls'!",
    },
    {
      body: { messages: [{ role: 'system', content: 123 }] },
      message: "Expected 'content' to be a string or an array",
    },
    {
      body: { messages: [{ role: 'user', content: [{ type: 'smell' }] }] },
      message: 'unsupported content[].type',
    },
    {
      body: { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      message: 'image input is not supported - hint: ',
    },
    {
      body: { messages: [{ content: 'hello' }] },
      message: 'Failed to parse messages: Missing \'role\' in message: {"content":"hello"}',
    },
    {
      body: { messages: [{ ...assistant, tool_calls: [{ type: 'other' }] }] },
      message: 'Failed to parse messages: ',
    },
    { body: { messages: [user, assistant, assistant] }, message: 'Cannot have 2 or more assistant messages' },
    {
      body: { messages: [user, { ...assistant, tool_calls: [call] }] },
      message: 'Cannot continue an assistant message that contains tool calls.',
    },
    {
      body: { messages: [user, assistant], continue_final_message: true },
      message: 'Cannot set both add_generation_prompt and continue_final_message to true.',
    },
    { body: { messages: [user], tool_choice: 'maybe' }, message: 'Invalid tool_choice: maybe' },
    {
      body: { messages: [user], tools: [{ type: 'x' }] },
      message: 'Failed to parse tools: ',
    },
    {
      body: { messages: [user], reasoning_format: 'loud' },
      message: 'Unknown reasoning format: loud',
    },
    {
      body: { messages: [user], chat_template_kwargs: { enable_thinking: 'yes' } },
      message: 'invalid type for "enable_thinking" (expected boolean, got string)',
    },
  ])('a faulty conversation is refused: $body', ({ body, code = 'invalid_request', message }) => {
    expect(() => render({}, body)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('a conversation without messages is refused', () => {
    expect(() => renderChat({}, { template: templateOf({}), tokenizer, settings: withDefaults({}) })).toThrow(
      "'messages' is required",
    );
  });

  it.each([
    { body: { tools: [tool] }, message: 'tools param requires --jinja flag' },
    { body: { tool_choice: 'none' }, message: 'tool_choice param requires --jinja flag' },
  ])('a fixed format refuses $body', ({ body, message }) => {
    expect(() => render({ jinja: false }, body)).toThrow(
      expect.objectContaining({ code: 'invalid_request', message }),
    );
  });

  it('a conversation that the template rejects is refused', () => {
    const option = "{{ raise_exception('roles must alternate') }}";
    expect(() => render({ option })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: expect.stringContaining('roles must alternate'),
      }),
    );
  });
});
