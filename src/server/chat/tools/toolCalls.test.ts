import { describe, expect, it } from 'vitest';
import { TEMPLATES } from '../../testing/familyTemplates.ts';
import { NO_ANSWER } from '../answer.ts';
import { JinjaTemplate } from '../jinja/jinjaTemplate.ts';
import { findToolFormat } from './findFormat.ts';
import { callableTools, withCalls } from './toolCalls.ts';
import { GENERIC_TOOL_FORMAT, type ToolFormat } from './toolFormat.ts';

const PROPERTIES = {
  text: { type: 'string' },
  number: { type: 'number' },
  flag: { type: 'boolean' },
  list: { type: 'array' },
  map: { type: 'object' },
  maybe: { type: ['string', 'null'] },
  either: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
  any: {},
  known: { enum: ['1', 'b'] },
  referred: { $ref: '#/$defs/Count' },
};
const TOOLS = callableTools([
  {
    type: 'function',
    function: {
      name: 'f',
      parameters: { type: 'object', properties: PROPERTIES, $defs: { Count: { type: 'integer' } } },
    },
  },
  { type: 'function', function: { name: 'g.h-i', parameters: {} } },
]);

function formatOf(family: keyof typeof TEMPLATES): ToolFormat {
  const format = findToolFormat(new JinjaTemplate(TEMPLATES[family]));
  if (format === null) throw new Error(`no format in the template of ${family}`);
  return format;
}

const read = (text: string, family: keyof typeof TEMPLATES) => withCalls(formatOf(family), TOOLS)(text, true);

describe('a text that is not a call', () => {
  it.each<{ family: keyof typeof TEMPLATES; text: string }>([
    { family: 'hermes', text: 'a < b, <tool_cal' },
    { family: 'hermes', text: 'say <tool_call>what?</tool_call>' },
    { family: 'hermes', text: '<tool_call>{"arguments": {}}</tool_call>' },
    { family: 'hermes', text: '<tool_call>{"name": "f' },
    { family: 'hermes', text: '<tool_call>{"name": "unknown", "arguments": {}}</tool_call>' },
    { family: 'glm', text: 'say <tool_call>what?</tool_call>' },
    { family: 'qwenCoder', text: '<tool_call>\n<function=unknown>\n</function>\n</tool_call>' },
    { family: 'mistralNemo', text: '[TOOL_CALLS] are words' },
    { family: 'functionary', text: '<function=f>(x)</function>' },
    { family: 'lfm2', text: '<|tool_call_start|>[f(x)]<|tool_call_end|>' },
    { family: 'llamaPythonic', text: '[1, 2]' },
    { family: 'llamaPythonic', text: 'it is [f(text=1)]' },
    { family: 'llama3', text: '{"foo": 1}' },
    { family: 'llama3', text: '{"name": 5}' },
    { family: 'llama3', text: 'it is {"name": "f", "parameters": {}}' },
    { family: 'llama3', text: '  ' },
  ])('the text stays content: $text, of $family', ({ family, text }) => {
    expect(read(text, family)).toEqual({ ...NO_ANSWER, content: text });
  });
});

describe('parsing calls', () => {
  it.each<{ family: keyof typeof TEMPLATES; text: string; calls: object[]; content?: string }>([
    {
      family: 'llama3',
      text: '<|python_tag|>{"name": "f", "parameters": {"number": 1}}',
      calls: [{ name: 'f', arguments: '{"number": 1}' }],
    },
    {
      family: 'llama3',
      text: '{"type": "function", "name": "f", "parameters": {"number": 1}}',
      calls: [{ name: 'f', arguments: '{"number": 1}' }],
    },
    {
      family: 'hermes',
      text: 'Let me see.\n<tool_call>{"name":"f"',
      content: 'Let me see.',
      calls: [{ name: 'f', arguments: '' }],
    },
    {
      family: 'hermes',
      text: '<tool_call>{"arguments":{"number":1},"name":"f"}',
      calls: [{ name: 'f', arguments: '{"number":1}' }],
    },
    {
      family: 'hermes',
      text: 'I would write <tool_call> and so on: <tool_call>{"name":"f","arguments":{}}</tool_call>',
      content: 'I would write <tool_call> and so on:',
      calls: [{ name: 'f', arguments: '{}' }],
    },
    {
      family: 'qwenCoder',
      text: 'Well.\n\n<tool_call>\n<function=f>\n<parameter=text>\none\n\ntwo',
      content: 'Well.',
      calls: [{ name: 'f', arguments: '{"text": "one\\n\\ntwo' }],
    },
    {
      family: 'kimi',
      text: '<|tool_calls_section_begin|><|tool_call_begin|>functions.g.h-i:3<|tool_call_argument_begin|>{"a"',
      calls: [{ name: 'g.h-i', id: 'functions.g.h-i:3', arguments: '{"a"' }],
    },
    {
      family: 'mistralSmall',
      text: '[TOOL_CALLS]f[CALL_ID]abcdefghi[ARGS]{}',
      calls: [{ name: 'f', id: 'abcdefghi', arguments: '{}' }],
    },
    {
      family: 'lfm2',
      text: "<|tool_call_start|>[f(text='it\\'s', map={'a': [None, \"b\"]}",
      calls: [{ name: 'f', arguments: '{"text": "it\'s", "map": {"a": [null, "b"]}' }],
    },
    {
      family: 'gemma4',
      text: '<|tool_call>call:f{text:<|"|>a "b" \\n<|"|>,map:{k:[1,{x:null}]}}<tool_call|>',
      calls: [{ name: 'f', arguments: '{"text": "a \\"b\\" \\\\n", "map": {"k": [1, {"x": null}]}}' }],
    },
  ])('a call is parsed from $text, of $family', ({ family, text, calls, content = '' }) => {
    expect(read(text, family)).toEqual({ ...NO_ANSWER, content, calls });
  });
});

describe('arguments between tags', () => {
  const argumentRead = (name: string, text: string, family: 'qwenCoder' | 'glm') => {
    const written =
      family === 'glm'
        ? `<tool_call>f\n<arg_key>${name}</arg_key>\n<arg_value>${text}</arg_value>\n</tool_call>`
        : `<tool_call>\n<function=f>\n<parameter=${name}>\n${text}\n</parameter>\n</function>\n</tool_call>`;
    const [call] = read(written, family).calls;
    return JSON.parse(call.arguments)[name];
  };

  it.each<{ name: keyof typeof PROPERTIES | 'other'; text: string; value: unknown }>([
    { name: 'text', text: '12', value: '12' },
    { name: 'text', text: 'true', value: 'true' },
    { name: 'text', text: '{"a": 1}', value: '{"a": 1}' },
    { name: 'text', text: '', value: '' },
    { name: 'text', text: '  spaces stay  ', value: '  spaces stay  ' },
    { name: 'text', text: '<b>"é"\\n</b>', value: '<b>"é"\\n</b>' },
    { name: 'number', text: '1.5e3', value: 1500 },
    { name: 'number', text: 'many', value: 'many' },
    { name: 'flag', text: 'false', value: false },
    { name: 'flag', text: 'True', value: true },
    { name: 'list', text: '["a", {"b": [1]}]', value: ['a', { b: [1] }] },
    { name: 'list', text: "['a', None]", value: ['a', null] },
    { name: 'map', text: '{"a": "b"}', value: { a: 'b' } },
    { name: 'maybe', text: 'null', value: null },
    { name: 'maybe', text: 'nullable', value: 'nullable' },
    { name: 'maybe', text: '7', value: '7' },
    { name: 'either', text: '7', value: 7 },
    { name: 'either', text: 'seven', value: 'seven' },
    { name: 'any', text: '[1]', value: [1] },
    { name: 'any', text: 'a text', value: 'a text' },
    { name: 'known', text: '1', value: '1' },
    { name: 'referred', text: '4', value: 4 },
    { name: 'other', text: 'x', value: 'x' },
  ])('an argument has the type of the schema: $name $text', ({ name, text, value }) => {
    expect(argumentRead(name, text, 'glm')).toEqual(value);
    expect(argumentRead(name, text, 'qwenCoder')).toEqual(value);
  });
});

describe("finding a template's tool format", () => {
  it.each([
    { template: '{# <tool_call> {"name": n, "arguments": a} #}', open: '<tool_call>' },
    { template: '{# [TOOL_CALLS] #}', open: '' },
    { template: 'Respond in the format {"name": function name, "parameters": dictionary', open: '' },
    { template: 'List of tools: {{ tools }}', open: '' },
    {
      template: '{# <｜tool▁calls▁begin｜> <｜tool▁sep｜> ```json #}',
      open: '<｜tool▁call▁begin｜>function<｜tool▁sep｜>',
    },
  ])('a template that writes no calls gets the format that it asks for: $template', ({ template, open }) => {
    expect(findToolFormat(new JinjaTemplate(template))?.call.open).toBe(open);
  });

  it('a template without tools has no format', () => {
    expect(findToolFormat(new JinjaTemplate('no tools'))).toBeNull();
    expect(GENERIC_TOOL_FORMAT.separator).toBeNull();
  });

  it('the format is derived from arguments as text if the template accepts only those', () => {
    const template = `{% for m in messages %}{% for c in m.tool_calls or [] %}{{ '<call>' + c.function.name + '|' + c.function.arguments + '</call>' }}{% endfor %}{{ m.content }};{% endfor %}`;
    expect(findToolFormat(new JinjaTemplate(template))).toEqual({
      begin: '',
      end: '',
      separator: '',
      call: { kind: 'named', open: '<call>', between: '|', close: '</call>', arguments: { kind: 'json' } },
    });
  });
});
