import { describe, expect, it } from 'vitest';
import { GrammarMatcher } from '../../../engine/grammar/matcher.ts';
import { parseGrammar } from '../../../engine/grammar/parse.ts';
import { grammarVocabulary } from '../../../engine/grammar/vocabularyTrie.ts';
import { type Answer, answerDeltas, NO_ANSWER } from '../answer.ts';
import { withCalls } from './toolCalls.ts';
import { findToolFormat, GENERIC_TOOL_FORMAT, TOOL_FORMATS, type ToolFormat } from './toolFormat.ts';
import { toolGrammar } from './toolGrammar.ts';

const PARAMETERS = {
  type: 'object',
  properties: { a: { type: 'integer' }, s: { type: 'string' } },
  required: ['a'],
};
const TOOLS = ['f', 'get_it'].map(name => ({ type: 'function', function: { name, parameters: PARAMETERS } }));

const F = { name: 'f', arguments: '{"a": 1}' };
const G = { name: 'get_it', arguments: '{"a":2,"s":"}]<\\"/tool_call>"}' };

function formatCalled(name: string): ToolFormat {
  const format = [...TOOL_FORMATS, GENERIC_TOOL_FORMAT].find(candidate => candidate.name === name);
  if (format === undefined) throw new Error(`no format ${name}`);
  return format;
}

/** Reads a text character by character and as a whole; both have to say the same, and nothing may be taken back. */
function read(text: string, format: ToolFormat): Answer {
  const reader = withCalls(format);
  let streamed: Answer = NO_ANSWER;
  const add = (answer: Answer) => {
    let { content } = streamed;
    const calls = streamed.calls.map(call => ({ ...call }));
    for (const delta of answerDeltas(streamed, answer)) {
      if (delta.kind === 'content') content += delta.text;
      if (delta.kind === 'call') calls.push({ name: delta.name, arguments: '' });
      if (delta.kind === 'arguments') calls[delta.index].arguments += delta.text;
    }
    expect({ ...NO_ANSWER, content, calls }).toEqual(answer);
    streamed = answer;
  };
  for (let end = 1; end <= text.length; end++) add(reader(text.slice(0, end), false));
  add(reader(text, true));
  return streamed;
}

const ONE: Readonly<Record<string, string>> = {
  hermes: `<tool_call>\n{"name": "f", "arguments": ${F.arguments}}\n</tool_call>`,
  mistral: `[TOOL_CALLS][{"name": "f", "arguments": ${F.arguments}, "id": "abcdefghi"}]`,
  'mistral-args': `[TOOL_CALLS]f[ARGS]${F.arguments}`,
  'deepseek-r1': `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n\`\`\`json\n${F.arguments}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  'command-r7b': `<|START_ACTION|>[\n {"tool_call_id": "0", "tool_name": "f", "parameters": ${F.arguments}}\n]<|END_ACTION|>`,
  firefunction: ` functools[{"name": "f", "arguments": ${F.arguments}}]`,
  functionary: `<function=f>${F.arguments}</function>`,
  llama3: `{"name": "f", "parameters": ${F.arguments}}`,
  generic: `{"name": "f", "arguments": ${F.arguments}}`,
};

const TWO: Readonly<Record<string, string>> = {
  hermes: `<tool_call>\n{"name": "f", "arguments": ${F.arguments}}\n</tool_call>\n<tool_call>\n{"name": "get_it", "arguments": ${G.arguments}}\n</tool_call>`,
  mistral: `[TOOL_CALLS] [{"name": "f", "arguments": ${F.arguments}}, {"name": "get_it", "arguments": ${G.arguments}}]`,
  'mistral-args': `[TOOL_CALLS]f[ARGS]${F.arguments}[TOOL_CALLS]get_it[ARGS]${G.arguments}`,
  'deepseek-r1': `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n\`\`\`json\n${F.arguments}\n\`\`\`<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_it\n\`\`\`json\n${G.arguments}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
  'command-r7b': `<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "f", "parameters": ${F.arguments}},{"tool_call_id": "1", "tool_name": "get_it", "parameters": ${G.arguments}}]<|END_ACTION|>`,
  firefunction: `functools[{"name": "f", "arguments": ${F.arguments}}, {"name": "get_it", "arguments": ${G.arguments}}]`,
  functionary: `<function=f>${F.arguments}</function><function=get_it>${G.arguments}</function>`,
};

const encoder = new TextEncoder();
const EMPTY_VOCABULARY = grammarVocabulary([], []);

function isDerived(text: string, grammar: string): boolean {
  const matcher = new GrammarMatcher(parseGrammar(grammar), EMPTY_VOCABULARY);
  return matcher.acceptBytes(encoder.encode(text)) && matcher.canEnd;
}

describe('a format of calls', () => {
  it.each(Object.entries(ONE))('%s has one', (name, text) => {
    const format = formatCalled(name);
    expect(read(text, format)).toEqual({ ...NO_ANSWER, calls: [F] });
    expect(isDerived(text, toolGrammar(format, TOOLS, false))).toBe(true);
    expect(isDerived(text.replace('1', '"x"'), toolGrammar(format, TOOLS, false))).toBe(false);
    expect(isDerived(text, toolGrammar(format, TOOLS.slice(1), false))).toBe(false);
  });

  it.each(Object.entries(TWO))('%s has two', (name, text) => {
    const format = formatCalled(name);
    expect(read(text, format).calls).toEqual([F, G]);
    expect(isDerived(text, toolGrammar(format, TOOLS, true))).toBe(true);
    expect(isDerived(text, toolGrammar(format, TOOLS, false))).toBe(false);
  });

  it.each(Object.entries(ONE).filter(([name]) => name !== 'llama3' && name !== 'generic'))(
    '%s may have text in front',
    (name, text) => {
      expect(read(`Let me look. \n${text}`, formatCalled(name))).toEqual({
        ...NO_ANSWER,
        content: 'Let me look.',
        calls: [F],
      });
    },
  );

  it.each([
    { name: 'hermes', text: 'a < b, <tool_cal' },
    { name: 'hermes', text: 'say <tool_call>what?</tool_call>' },
    { name: 'hermes', text: '<tool_call>{"arguments": {}}</tool_call>' },
    { name: 'hermes', text: '<tool_call>{"name": "f' },
    { name: 'mistral', text: '[TOOL_CALLS] are words' },
    { name: 'functionary', text: '<function=f>(x)</function>' },
    { name: 'llama3', text: '{"foo": 1}' },
    { name: 'llama3', text: '{"name": 5}' },
    { name: 'llama3', text: 'it is {"name": "f", "parameters": {}}' },
    { name: 'llama3', text: '  ' },
  ])('$name leaves $text alone', ({ name, text }) => {
    expect(read(text, formatCalled(name))).toEqual({ ...NO_ANSWER, content: text });
  });

  it.each([
    { name: 'llama3', text: `<|python_tag|>${ONE.llama3}`, calls: [F] },
    { name: 'hermes', text: ONE.hermes.slice(0, -15), calls: [{ name: 'f', arguments: '{"a": 1' }] },
    { name: 'hermes', text: '<tool_call>{"name":"f"', calls: [{ name: 'f', arguments: '' }] },
    {
      name: 'hermes',
      text: '<tool_call>{"arguments":{"a":1},"name":"f"}',
      calls: [{ ...F, arguments: '{"a":1}' }],
    },
  ])('$name reads $text', ({ name, text, calls }) => {
    expect(read(text, formatCalled(name))).toEqual({ ...NO_ANSWER, calls });
  });

  it.each([
    { template: '<tool_call> {"name": n, "arguments": a}', name: 'hermes' },
    { template: '<tool_call> "arguments" <parameter=x>', name: undefined },
    { template: "'[TOOL_CALLS]['", name: 'mistral' },
    { template: "'[TOOL_CALLS]' + name + '[ARGS]'", name: 'mistral-args' },
    { template: 'Respond in the format {"name": function name, "parameters": dictionary', name: 'llama3' },
    { template: 'no tools', name: undefined },
  ])('is $name in $template', ({ template, name }) => {
    expect(findToolFormat(template)?.name).toBe(name);
  });
});
