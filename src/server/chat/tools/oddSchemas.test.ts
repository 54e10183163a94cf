import { describe, expect, it } from 'vitest';
import { GrammarMatcher } from '../../../engine/grammar/matcher.ts';
import { parseGrammar } from '../../../engine/grammar/parse.ts';
import { grammarVocabulary } from '../../../engine/grammar/vocabularyTrie.ts';
import { TEMPLATES } from '../../testing/familyTemplates.ts';
import { JinjaTemplate } from '../jinja/jinjaTemplate.ts';
import { findToolFormat } from './findFormat.ts';
import { GENERIC_TOOL_FORMAT, type ToolFormat } from './toolFormat.ts';
import { toolGrammar } from './toolGrammar.ts';

/** Formats that cover all argument notations. */
const WAYS = {
  hermes: (args: string) => `<tool_call>\n{"name": "ok", "arguments": ${args}}\n</tool_call>`,
  mistralNewest: (args: string) => `[TOOL_CALLS]ok[ARGS]${args}`,
  qwenCoder: (args: string) =>
    `<tool_call>\n<function=ok>\n${args === '{}' ? '' : '<parameter=n>\n1\n</parameter>\n'}</function>\n</tool_call>`,
  lfm2: (args: string) => `<|tool_call_start|>[ok(${args === '{}' ? '' : 'n=1'})]<|tool_call_end|>`,
  gemma4: (args: string) => `<|tool_call>call:ok{${args === '{}' ? '' : 'n:1'}}<tool_call|>`,
  gptOss: (args: string) => `<|channel|>commentary to=functions.ok <|constrain|>json<|message|>${args}`,
} as const;

const ODD: readonly unknown[] = [
  null,
  {},
  { type: 'object', properties: { a: { type: 'string', pattern: '^(?=x)' } } },
  { type: 'object', properties: { a: { type: 'string', pattern: '\\p{L}\\b' } } },
  { type: 'object', properties: { a: { type: 'string', pattern: '^https?://' } } },
  { type: 'object', properties: { a: true, b: false } },
  { type: 'object', properties: { kids: { type: 'array', items: { $ref: '#' } } } },
  {
    type: 'object',
    properties: { kids: { $ref: '#/$defs/K' } },
    $defs: { K: { anyOf: [{ $ref: '#/$defs/K' }, {}] } },
  },
  { type: 'object', properties: { a: { not: { const: 1 } } } },
  { type: 'object', properties: { a: { type: 'array', uniqueItems: true, contains: { const: 1 } } } },
  { type: 'object', properties: { a: { type: 'number', multipleOf: 0.7 } } },
  { type: 'object', properties: { a: { enum: null, maxLength: null, items: null } }, required: null },
  { type: 'object', patternProperties: { '^x': {} }, minProperties: 1 },
  { type: 'object', propertyNames: { pattern: '^x' }, dependentRequired: { a: ['b'] } },
  { type: 'object', properties: { a: { if: {}, else: {} } } },
  { type: 'object', properties: { a: { type: 'integer', exclusiveMinimum: true, minimum: 3 } } },
  { type: 'object', properties: { a: { type: 'string', minLength: 2001, maxLength: 5000 } } },
  { type: 'object', properties: { a: { $ref: 'https://example.com/other.json' } } },
  { allOf: [{ properties: { a: { type: 'integer' } } }, { required: ['a'] }] },
];

const formatOf = (family: keyof typeof TEMPLATES): ToolFormat =>
  findToolFormat(new JinjaTemplate(TEMPLATES[family])) ?? GENERIC_TOOL_FORMAT;

const encoder = new TextEncoder();

describe('a tool whose schema a grammar cannot express', () => {
  const cases = ODD.flatMap(schema =>
    (['hermes', 'mistralNewest', 'qwenCoder', 'lfm2', 'gemma4', 'gptOss'] as const).map(family => ({
      family,
      schema,
    })),
  );

  it.each(cases)('the other tools stay callable in the format of $family: $schema', ({ family, schema }) => {
    const simple = { type: 'object', properties: { n: { type: 'integer' } } };
    const tools = [
      { type: 'function', function: { name: 'odd', parameters: schema } },
      { type: 'function', function: { name: 'ok', parameters: simple } },
    ];
    const grammar = parseGrammar(toolGrammar(formatOf(family), tools, { parallel: false }));
    for (const args of ['{}', '{"n": 1}']) {
      const matcher = new GrammarMatcher(grammar, grammarVocabulary([], []));
      const text = WAYS[family](args);
      expect({ text, isAccepted: matcher.acceptBytes(encoder.encode(text)) && matcher.canEnd }).toEqual({
        text,
        isAccepted: true,
      });
    }
  });
});
