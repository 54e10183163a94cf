import { describe, expect, it } from 'vitest';
import { GrammarMatcher } from '../../../engine/grammar/matcher.ts';
import { parseGrammar } from '../../../engine/grammar/parse.ts';
import { grammarVocabulary } from '../../../engine/grammar/vocabularyTrie.ts';
import { TEMPLATES } from '../../testing/familyTemplates.ts';
import { type Answer, type AnswerCall, answerDeltas, NO_ANSWER } from '../answer.ts';
import type { ReadAnswer } from '../answerReader.ts';
import { JinjaTemplate } from '../jinja/jinjaTemplate.ts';
import { readChannels } from './channels.ts';
import { findToolFormat } from './findFormat.ts';
import { callableTools, withCalls } from './toolCalls.ts';
import { GENERIC_TOOL_FORMAT, type ToolFormat } from './toolFormat.ts';
import { toolGrammar } from './toolGrammar.ts';

const tool = (name: string, properties: object, required: string[]) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties, required } },
});
const TOOLS = [
  tool('find', { query: { type: 'string' }, limit: { type: 'integer' }, exact: { type: 'boolean' } }, [
    'query',
  ]),
  tool('write_file', { path: { type: 'string' }, lines: { type: 'array', items: { type: 'string' } } }, [
    'path',
  ]),
  tool('now', {}, []),
];

type Family = keyof typeof TEMPLATES | 'generic';

function formatOf(family: Family): ToolFormat {
  if (family === 'generic') return GENERIC_TOOL_FORMAT;
  const format = findToolFormat(new JinjaTemplate(TEMPLATES[family]));
  if (format === null) throw new Error(`no format in the template of ${family}`);
  return format;
}

function readerOf(format: ToolFormat): ReadAnswer {
  return format.call.kind === 'channel' ? readChannels(false) : withCalls(format, callableTools(TOOLS));
}

/** Parses a text in pieces of `size` and then as a whole. Later results must extend earlier ones. */
function readInPieces(text: string, reader: ReadAnswer, size: number): Answer {
  let told: Answer = NO_ANSWER;
  const tell = (answer: Answer) => {
    let { content, reasoning } = told;
    const calls = told.calls.map(call => ({ ...call }));
    for (const delta of answerDeltas(told, answer)) {
      if (delta.kind === 'content') content += delta.text;
      if (delta.kind === 'reasoning') reasoning += delta.text;
      if (delta.kind === 'call')
        calls.push({ ...answer.calls[delta.index], name: delta.name, arguments: '' });
      if (delta.kind === 'arguments') calls[delta.index].arguments += delta.text;
    }
    expect({ content, reasoning, calls }).toEqual(answer);
    told = answer;
  };
  for (let end = size; end <= text.length; end += size) tell(reader(text.slice(0, end), false));
  tell(reader(text, true));
  return told;
}

/** Lengths of the pieces in which answers arrive. */
const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 31, 64] as const;

const encoder = new TextEncoder();
const EMPTY_VOCABULARY = grammarVocabulary([], []);

function accepts(format: ToolFormat, text: string): boolean {
  const grammar = toolGrammar(format, TOOLS, { parallel: true });
  const matcher = new GrammarMatcher(parseGrammar(grammar), EMPTY_VOCABULARY);
  return matcher.acceptBytes(encoder.encode(text)) && matcher.canEnd;
}

const FIND = { name: 'find', arguments: { query: 'owls & "mice" <b>', limit: 3, exact: true } };
const WRITE = { name: 'write_file', arguments: { path: 'a/b.txt', lines: ['x', 'it is', ''] } };
const NOW = { name: 'now', arguments: {} };

const FIND_JSON = JSON.stringify(FIND.arguments);
const WRITE_JSON = JSON.stringify(WRITE.arguments);
const LINES_JSON = JSON.stringify(WRITE.arguments.lines);

interface Case {
  readonly family: Family;
  /** A call of FIND, and calls of FIND, WRITE and NOW; null if only one call is possible. */
  readonly one: string;
  readonly several: string | null;
  /** Texts that are not calls of these tools. */
  readonly wrong: readonly string[];
}

const CASES: readonly Case[] = [
  {
    family: 'hermes',
    one: `<tool_call>\n{"name": "find", "arguments": ${FIND_JSON}}\n</tool_call>`,
    several: `<tool_call>\n{"name": "find", "arguments": ${FIND_JSON}}\n</tool_call>\n<tool_call>\n{"name": "write_file", "arguments": ${WRITE_JSON}}\n</tool_call>\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>`,
    wrong: [
      '<tool_call>\n{"name": "lose", "arguments": {}}\n</tool_call>',
      `{"name": "now", "arguments": {}}`,
    ],
  },
  {
    family: 'qwenCoder',
    one: '<tool_call>\n<function=find>\n<parameter=query>\nowls & "mice" <b>\n</parameter>\n<parameter=limit>\n3\n</parameter>\n<parameter=exact>\ntrue\n</parameter>\n</function>\n</tool_call>',
    several: `<tool_call>\n<function=find>\n<parameter=query>\nowls & "mice" <b>\n</parameter>\n<parameter=limit>\n3\n</parameter>\n<parameter=exact>\ntrue\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=write_file>\n<parameter=path>\na/b.txt\n</parameter>\n<parameter=lines>\n${LINES_JSON}\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=now>\n</function>\n</tool_call>`,
    wrong: [
      '<tool_call>\n<function=find>\n<parameter=limit>\n3\n</parameter>\n</function>\n</tool_call>',
      '<tool_call>\n<function=find>\n<parameter=query>\na\n</parameter>\n<parameter=limit>\nmany\n</parameter>\n</function>\n</tool_call>',
    ],
  },
  {
    family: 'glm',
    one: '<tool_call>find\n<arg_key>query</arg_key>\n<arg_value>owls & "mice" <b></arg_value>\n<arg_key>limit</arg_key>\n<arg_value>3</arg_value>\n<arg_key>exact</arg_key>\n<arg_value>true</arg_value>\n</tool_call>',
    several: `<tool_call>find\n<arg_key>query</arg_key>\n<arg_value>owls & "mice" <b></arg_value>\n<arg_key>limit</arg_key>\n<arg_value>3</arg_value>\n<arg_key>exact</arg_key>\n<arg_value>true</arg_value>\n</tool_call>\n<tool_call>write_file\n<arg_key>path</arg_key>\n<arg_value>a/b.txt</arg_value>\n<arg_key>lines</arg_key>\n<arg_value>${LINES_JSON}</arg_value>\n</tool_call>\n<tool_call>now\n</tool_call>`,
    wrong: [
      '<tool_call>find\n<arg_key>what</arg_key>\n<arg_value>x</arg_value>\n</tool_call>',
      '<tool_call>lose\n</tool_call>',
    ],
  },
  {
    family: 'seed',
    one: '<seed:tool_call>\n<function=find>\n<parameter=query>owls & "mice" <b></parameter>\n<parameter=limit>3</parameter>\n<parameter=exact>true</parameter>\n</function>\n</seed:tool_call>',
    several: `<seed:tool_call>\n<function=find>\n<parameter=query>owls & "mice" <b></parameter>\n<parameter=limit>3</parameter>\n<parameter=exact>true</parameter>\n</function>\n</seed:tool_call>\n<seed:tool_call>\n<function=write_file>\n<parameter=path>a/b.txt</parameter>\n<parameter=lines>${LINES_JSON}</parameter>\n</function>\n</seed:tool_call>\n<seed:tool_call>\n<function=now>\n</function>\n</seed:tool_call>`,
    wrong: [
      '<seed:tool_call>\n<function=find>\n</function>\n</seed:tool_call>',
      '<seed:tool_call>\n<function=find>\n<parameter=query>a</parameter>\n<parameter=exact>yes</parameter>\n</function>\n</seed:tool_call>',
    ],
  },
  {
    family: 'minimax',
    one: '<minimax:tool_call>\n<invoke name="find">\n<parameter name="query">owls & "mice" <b></parameter>\n<parameter name="limit">3</parameter>\n<parameter name="exact">true</parameter>\n</invoke>\n</minimax:tool_call>',
    several: `<minimax:tool_call>\n<invoke name="find">\n<parameter name="query">owls & "mice" <b></parameter>\n<parameter name="limit">3</parameter>\n<parameter name="exact">true</parameter>\n</invoke>\n<invoke name="write_file">\n<parameter name="path">a/b.txt</parameter>\n<parameter name="lines">${LINES_JSON}</parameter>\n</invoke>\n<invoke name="now">\n</invoke>\n</minimax:tool_call>`,
    wrong: [
      '<minimax:tool_call>\n<invoke name="lose">\n</invoke>\n</minimax:tool_call>',
      '<minimax:tool_call>\n<invoke name="find">\n<parameter name="query">a</parameter>\n<parameter name="limit">3.5x</parameter>\n</invoke>\n</minimax:tool_call>',
    ],
  },
  {
    family: 'deepseekV32',
    one: '<｜DSML｜function_calls>\n<｜DSML｜invoke name="find">\n<｜DSML｜parameter name="query" string="true">owls & "mice" <b></｜DSML｜parameter>\n<｜DSML｜parameter name="limit" string="false">3</｜DSML｜parameter>\n<｜DSML｜parameter name="exact" string="false">true</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    several: `<｜DSML｜function_calls>\n<｜DSML｜invoke name="find">\n<｜DSML｜parameter name="query" string="true">owls & "mice" <b></｜DSML｜parameter>\n<｜DSML｜parameter name="limit" string="false">3</｜DSML｜parameter>\n<｜DSML｜parameter name="exact" string="false">true</｜DSML｜parameter>\n</｜DSML｜invoke>\n<｜DSML｜invoke name="write_file">\n<｜DSML｜parameter name="path" string="true">a/b.txt</｜DSML｜parameter>\n<｜DSML｜parameter name="lines" string="false">${LINES_JSON}</｜DSML｜parameter>\n</｜DSML｜invoke>\n<｜DSML｜invoke name="now">\n</｜DSML｜invoke>\n</｜DSML｜function_calls>`,
    wrong: [
      '<｜DSML｜function_calls>\n<｜DSML｜invoke name="lose">\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
      '<｜DSML｜function_calls>\n<｜DSML｜invoke name="find">\n<｜DSML｜parameter name="query" string="false">owls</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    ],
  },
  {
    family: 'deepseekR1',
    one: `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>find\n\`\`\`json\n${FIND_JSON}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    several: `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>find\n\`\`\`json\n${FIND_JSON}\n\`\`\`<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>write_file\n\`\`\`json\n${WRITE_JSON}\n\`\`\`<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n\`\`\`json\n{}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    wrong: [
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>find\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ],
  },
  {
    family: 'deepseekV31',
    one: `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>find<｜tool▁sep｜>${FIND_JSON}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    several: `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>find<｜tool▁sep｜>${FIND_JSON}<｜tool▁call▁end｜><｜tool▁call▁begin｜>write_file<｜tool▁sep｜>${WRITE_JSON}<｜tool▁call▁end｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    wrong: [
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>lose<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ],
  },
  {
    family: 'mistralNemo',
    one: `[TOOL_CALLS][{"name": "find", "arguments": ${FIND_JSON}, "id": "abcdefghi"}]`,
    several: `[TOOL_CALLS][{"name": "find", "arguments": ${FIND_JSON}}, {"name": "write_file", "arguments": ${WRITE_JSON}}, {"name": "now", "arguments": {}}]`,
    wrong: ['[TOOL_CALLS][{"name": "lose", "arguments": {}}]', '[TOOL_CALLS][]'],
  },
  {
    family: 'mistralNewest',
    one: `[TOOL_CALLS]find[ARGS]${FIND_JSON}`,
    several: `[TOOL_CALLS]find[ARGS]${FIND_JSON}[TOOL_CALLS]write_file[ARGS]${WRITE_JSON}[TOOL_CALLS]now[ARGS]{}`,
    wrong: ['[TOOL_CALLS]lose[ARGS]{}', '[TOOL_CALLS]find[ARGS]{"limit": 3}'],
  },
  {
    family: 'mistralSmall',
    one: `[TOOL_CALLS]find[ARGS]${FIND_JSON}`,
    several: `[TOOL_CALLS]find[ARGS]${FIND_JSON}[TOOL_CALLS]write_file[ARGS]${WRITE_JSON}[TOOL_CALLS]now[ARGS]{}`,
    wrong: ['[TOOL_CALLS]lose[CALL_ID]abcdefghi[ARGS]{}'],
  },
  {
    family: 'llama3',
    one: `{"name": "find", "parameters": ${FIND_JSON}}`,
    several: null,
    wrong: ['{"name": "lose", "parameters": {}}', '{"name": "find", "parameters": {"query": 5}}'],
  },
  {
    family: 'llamaPythonic',
    one: `[find(query='owls & "mice" <b>', limit=3, exact=True)]`,
    several: `[find(query='owls & "mice" <b>', limit=3, exact=True), write_file(path="a/b.txt", lines=['x', "it is", '']), now()]`,
    wrong: ['[lose()]', '[find(limit=3)]', "[find(query='a', limit='3')]"],
  },
  {
    family: 'lfm2',
    one: `<|tool_call_start|>[find(query='owls & "mice" <b>', limit=3, exact=True)]<|tool_call_end|>`,
    several: `<|tool_call_start|>[find(query='owls & "mice" <b>', limit=3, exact=True), write_file(path='a/b.txt', lines=['x', 'it is', '']), now()]<|tool_call_end|>`,
    wrong: ['<|tool_call_start|>[lose()]<|tool_call_end|>', '<|tool_call_start|>[find()]<|tool_call_end|>'],
  },
  {
    family: 'gemma4',
    one: '<|tool_call>call:find{query:<|"|>owls & "mice" <b><|"|>,limit:3,exact:true}<tool_call|>',
    several:
      '<|tool_call>call:find{query:<|"|>owls & "mice" <b><|"|>,limit:3,exact:true}<tool_call|><|tool_call>call:write_file{path:<|"|>a/b.txt<|"|>,lines:[<|"|>x<|"|>,<|"|>it is<|"|>,<|"|><|"|>]}<tool_call|><|tool_call>call:now{}<tool_call|>',
    wrong: [
      '<|tool_call>call:lose{}<tool_call|>',
      '<|tool_call>call:find{limit:3}<tool_call|>',
      '<|tool_call>call:find{query:<|"|>a<|"|>,limit:<|"|>3<|"|>}<tool_call|>',
    ],
  },
  {
    family: 'kimi',
    one: `<|tool_calls_section_begin|><|tool_call_begin|>functions.find:0<|tool_call_argument_begin|>${FIND_JSON}<|tool_call_end|><|tool_calls_section_end|>`,
    several: `<|tool_calls_section_begin|><|tool_call_begin|>functions.find:0<|tool_call_argument_begin|>${FIND_JSON}<|tool_call_end|><|tool_call_begin|>functions.write_file:1<|tool_call_argument_begin|>${WRITE_JSON}<|tool_call_end|><|tool_call_begin|>functions.now:2<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>`,
    wrong: [
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.lose:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>',
    ],
  },
  {
    family: 'commandR7b',
    one: `<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "find", "parameters": ${FIND_JSON}}\n]<|END_ACTION|>`,
    several: `<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "find", "parameters": ${FIND_JSON}},\n    {"tool_call_id": "1", "tool_name": "write_file", "parameters": ${WRITE_JSON}},\n    {"tool_call_id": "2", "tool_name": "now", "parameters": {}}\n]<|END_ACTION|>`,
    wrong: [
      '<|START_ACTION|>[\n    {"tool_call_id": "0", "tool_name": "lose", "parameters": {}}\n]<|END_ACTION|>',
    ],
  },
  {
    family: 'granite3',
    one: `<|tool_call|>[{"name": "find", "arguments": ${FIND_JSON}}]`,
    several: `<|tool_call|>[{"name": "find", "arguments": ${FIND_JSON}}, {"name": "write_file", "arguments": ${WRITE_JSON}}, {"name": "now", "arguments": {}}]`,
    wrong: ['<|tool_call|>[{"name": "lose", "arguments": {}}]'],
  },
  {
    family: 'functionary',
    one: `<function=find>${FIND_JSON}</function>`,
    several: `<function=find>${FIND_JSON}</function><function=write_file>${WRITE_JSON}</function><function=now>{}</function>`,
    wrong: ['<function=lose>{}</function>', '<function=find>query</function>'],
  },
  {
    family: 'gptOss',
    one: `<|channel|>commentary to=functions.find <|constrain|>json<|message|>${FIND_JSON}`,
    several: null,
    wrong: [
      '<|channel|>commentary to=functions.lose <|constrain|>json<|message|>{}',
      '<|channel|>final<|message|>{"query": "a"}',
    ],
  },
  {
    family: 'generic',
    one: `{"name": "find", "arguments": ${FIND_JSON}}`,
    several: null,
    wrong: ['{"name": "lose", "arguments": {}}', '{"name": "find", "arguments": {"query": 5}}'],
  },
];

const parsed = (calls: readonly AnswerCall[]) =>
  calls.map(({ name, arguments: text }) => ({ name, arguments: JSON.parse(text) }));

describe('the tool format of a model family', () => {
  it.each(CASES)(
    '$family: the grammar accepts a call, and the reader parses it in pieces of any size',
    ({ family, one }) => {
      const format = formatOf(family);
      expect(accepts(format, one)).toBe(true);
      for (const size of [...SIZES, one.length]) {
        const { calls, content } = readInPieces(one, readerOf(format), size);
        expect({ calls: parsed(calls), content }).toEqual({ calls: [FIND], content: '' });
      }
    },
  );

  it.each(CASES.filter(({ several }) => several !== null))(
    '$family: the grammar accepts several calls, and the reader parses them in pieces of any size',
    ({ family, several }) => {
      const [format, text] = [formatOf(family), several ?? ''];
      expect(accepts(format, text)).toBe(true);
      for (const size of [...SIZES, text.length]) {
        expect(parsed(readInPieces(text, readerOf(format), size).calls)).toEqual([FIND, WRITE, NOW]);
      }
    },
  );

  it.each(CASES.flatMap(({ family, wrong }) => wrong.map(text => ({ family, text }))))(
    '$family: the grammar rejects $text',
    ({ family, text }) => {
      expect(accepts(formatOf(family), text)).toBe(false);
    },
  );

  const written = CASES.map(({ family }) => family).filter(
    (family): family is keyof typeof TEMPLATES => family !== 'generic' && family !== 'llamaPythonic',
  );

  it.each(written)(
    "%s: grammar and reader accept the template's own rendering of an earlier call",
    family => {
      const format = formatOf(family);
      const before = rendered(family, { content: 'H' });
      const after = rendered(family, {
        tool_calls: [{ ...CALL, id: family === 'kimi' ? 'functions.find:0' : CALL.id }],
      });
      let [start, end] = [0, 0];
      while (before[start] === after[start]) start++;
      while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
      const call = after
        .slice(start, after.length - end)
        .replace('<|call|>', '')
        .trimStart();
      expect(accepts(format, call)).toBe(true);
      expect(parsed(readerOf(format)(call, true).calls)).toEqual([FIND]);
    },
  );
});

const CALL = { id: 'abcdefghi', type: 'function', function: FIND };

function rendered(family: keyof typeof TEMPLATES, answer: object): string {
  return new JinjaTemplate(TEMPLATES[family]).render({
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: '', ...answer },
    ],
    tools: TOOLS,
    bosToken: '',
    eosToken: '',
    addGenerationPrompt: false,
    enableThinking: true,
    extra: {},
  });
}
