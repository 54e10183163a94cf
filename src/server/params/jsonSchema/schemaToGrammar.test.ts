import { describe, expect, it } from 'vitest';
import { derives } from '../../../engine/grammar/testVocabulary.ts';
import { integerRange } from './integerRange.ts';
import { schemaToGrammar } from './schemaToGrammar.ts';

const TREE = {
  $ref: '#/$defs/tree',
  $defs: {
    tree: {
      type: 'object',
      properties: {
        value: { type: 'integer' },
        children: { type: 'array', items: { $ref: '#/$defs/tree' } },
      },
      required: ['value'],
    },
  },
};
const ABC = { properties: { a: { type: 'null' }, b: { type: 'boolean' }, c: { enum: [1, 2] } } };

describe('a JSON schema', () => {
  it.each<{ schema: unknown; yes: string[]; no: string[] }>([
    { schema: {}, yes: ['{}', '{"a": [1, "x", {"b":null}]}'], no: ['[]', '1', '{"a"}'] },
    { schema: { type: 'object' }, yes: ['{}', '{"a":1}'], no: ['[]'] },
    { schema: { description: 'x' }, yes: ['{}', '[1]', '"a"', 'true'], no: ['x'] },
    { schema: { const: '42' }, yes: ['"42"', '"42" '], no: ['42', '"4"'] },
    { schema: { const: { a: [1, null] } }, yes: ['{"a":[1,null]}'], no: ['{"a": [1,null]}'] },
    { schema: { enum: ['a"\\\n', 1, null] }, yes: ['"a\\"\\\\\\n"', '1', 'null'], no: ['"a"', '2'] },
    { schema: { type: 'boolean' }, yes: ['true', 'false\n\n  '], no: ['null', 'true\n\n\n'] },
    { schema: { type: ['null', 'boolean'] }, yes: ['null', 'true'], no: ['1'] },
    { schema: { type: 'number' }, yes: ['0', '-1.50', '1e5', '2E-3'], no: ['01', '.5', '1.', '+1'] },
    { schema: { type: 'integer' }, yes: ['0', '-0', '123'], no: ['01', '1.5', '12345678901234567'] },
    {
      schema: { type: 'integer', minimum: 3, maximum: 12 },
      yes: ['3', '9', '10', '12'],
      no: ['2', '13', '03', '-3'],
    },
    {
      schema: { type: 'integer', exclusiveMinimum: -2.5, exclusiveMaximum: 2 },
      yes: ['-2', '-1', '0', '1'],
      no: ['-3', '2'],
    },
    { schema: { type: 'string' }, yes: ['""', '"é\\u00e9\\n"'], no: ['"', '"\n"', '"\\x"'] },
    {
      schema: { type: 'string', minLength: 2, maxLength: 3 },
      yes: ['"ab"', '"日本語"', '"a\\nb"'],
      no: ['"a"', '"abcd"'],
    },
    { schema: { type: 'string', format: 'date' }, yes: ['"2024-02-29"'], no: ['"2024-13-01"', '2024-01-01'] },
    {
      schema: { type: 'string', format: 'time' },
      yes: ['"23:59:59Z"', '"01:02:03.004+05:30"'],
      no: ['"24:00:00Z"'],
    },
    { schema: { format: 'date-time' }, yes: ['"2024-01-31T00:00:00Z"'], no: ['"2024-01-31"'] },
    { schema: { format: 'uuid' }, yes: ['"01234567-89ab-cdef-ABCD-0123456789ab"'], no: ['"0123"'] },
    {
      schema: { type: 'array', items: { type: 'boolean' } },
      yes: ['[]', '[true, false]'],
      no: ['[1]', '[true,]'],
    },
    {
      schema: { items: { type: 'null' }, minItems: 2, maxItems: 3 },
      yes: ['[null,null]', '[null,null,null]'],
      no: ['[null]', '[]', '[null,null,null,null]'],
    },
    { schema: { type: 'array', maxItems: 1 }, yes: ['[]', '[{}]'], no: ['[1,2]'] },
    { schema: { items: {}, maxItems: 0 }, yes: ['[]'], no: ['[1]'] },
    { schema: { items: {}, minItems: 2 }, yes: ['[1,[]]', '[1,2,3]'], no: ['[1]'] },
    {
      schema: { prefixItems: [{ type: 'integer' }, { type: 'string' }] },
      yes: ['[ 1, "a"]'],
      no: ['[1]', '[1,"a",2]'],
    },
    { schema: { anyOf: [{ type: 'null' }, { const: 1 }] }, yes: ['null', '1'], no: ['2'] },
    { schema: { oneOf: [{ type: 'null' }] }, yes: ['null'], no: ['1'] },
    {
      schema: { ...ABC, required: ['b'] },
      // Properties come in the schema's order, or required ones first.
      yes: ['{"b":true}', '{"b": true, "a": null}', '{"b":true,"a":null,"c":1}', '{"a":null,"b":true,"c":1}'],
      no: ['{}', '{"a":null}', '{"b":true,"c":1,"a":null}', '{"b":true,"d":1}', '{"c":1,"b":true}'],
    },
    {
      schema: ABC,
      yes: ['{}', '{"a":null}', '{"b":true,"c":1}', '{"c":1}', '{"a":null,"c":1}'],
      no: ['{"b":true,"a":null}', '{,"a":null}', '{"a":null,}'],
    },
    {
      schema: { ...ABC, required: ['a', 'b', 'c'] },
      yes: ['{"a":null,"b":true,"c":1}'],
      no: ['{"a":null,"b":true}'],
    },
    {
      schema: { properties: { ab: { type: 'null' } }, additionalProperties: { type: 'integer' } },
      yes: ['{}', '{"ab":null,"x":1}', '{"a":1,"abc":2,"":3}'],
      no: ['{"ab":1}', '{"x":null}', '{"\\u0061b":1}'],
    },
    {
      schema: { additionalProperties: { type: 'integer' } },
      yes: ['{}', '{"a":1,"b":2}'],
      no: ['{"a":null}'],
    },
    { schema: { type: 'object', additionalProperties: false }, yes: ['{}'], no: ['{"a":1}'] },
    {
      schema: {
        properties: { 'a b': { type: 'null' }, 'a-b': { type: 'boolean' } },
        required: ['a b', 'a-b'],
      },
      yes: ['{"a b":null,"a-b":true}'],
      no: ['{"a b":true,"a-b":null}'],
    },
    {
      schema: { properties: { '': { type: 'null' }, hex: { format: 'uuid' } }, required: [''] },
      yes: ['{"":null}', '{"":null,"hex":"01234567-89ab-cdef-ABCD-0123456789ab"}'],
      no: ['null', '{}', '{"":1}'],
    },
    {
      schema: { properties: { value: { const: 1 }, root: { const: 2 } } },
      yes: ['{"value":1,"root":2}'],
      no: ['{"value":2}'],
    },
    {
      schema: {
        allOf: [{ properties: { a: { const: 1 } } }, { anyOf: [{ properties: { b: { const: 2 } } }] }],
      },
      yes: ['{}', '{"a":1}', '{"a":1,"b":2}', '{"b":2}'],
      no: ['{"a":2}', '{"b":1}', '{"c":1}'],
    },
    { schema: { allOf: [{ enum: [1, 2, 3] }, { enum: [2, 3, 4] }] }, yes: ['2', '3'], no: ['1', '4'] },
    {
      schema: TREE,
      yes: ['{"value":1}', '{"value":1,"children":[{"value":2,"children":[]}]}'],
      no: ['{"children":[]}'],
    },
    { schema: { items: { $ref: '#/~1x' }, '/x': { const: 7 } }, yes: ['[7]'], no: ['[8]'] },
    { schema: { items: { $ref: '#/anyOf/0' }, anyOf: [{ type: 'null' }] }, yes: ['null'], no: ['[null]'] },
  ])('$schema', ({ schema, yes, no }) => {
    const grammar = schemaToGrammar(schema);
    for (const text of yes) expect([text, derives(grammar, text)]).toEqual([text, true]);
    for (const text of no) expect([text, derives(grammar, text)]).toEqual([text, false]);
  });

  it.each<[unknown, string]>([
    [123, '#: schema must be an object or a boolean'],
    [{ type: 123 }, '#: type must be a string or an array of strings'],
    [{ type: 'hiccup' }, '#: unrecognized type hiccup'],
    [{ type: 'any' }, '#: unrecognized type any'],
    [{ properties: { a: 1 } }, '#/properties/a: schema must be an object or a boolean'],
    [
      { properties: { 'a/b~': { type: 1 } } },
      '#/properties/a~1b~0: type must be a string or an array of strings',
    ],
    [{ properties: [] }, '#: properties must be an object'],
    [{ anyOf: [{}, null] }, '#/anyOf/1: schema must be an object or a boolean'],
    [{ allOf: {} }, '#: allOf must be an array of schemas'],
    [{ enum: {} }, '#: enum must be an array'],
    [{ required: 'a' }, '#: required must be an array of strings'],
    [{ items: {}, minItems: -1 }, '#: minItems must be a non-negative integer'],
    [{ type: 'integer', minimum: '5' }, '#: minimum must be a number'],
    [{ type: 'integer', multipleOf: 0 }, '#: multipleOf must be greater than 0'],
    [{ type: 'string', pattern: 5 }, '#: pattern must be a string'],
    [{ additionalProperties: 5 }, '#/additionalProperties: schema must be an object or a boolean'],
  ])('a malformed schema is refused, in a tool too: %j', (schema, message) => {
    for (const mode of ['strict', 'lenient'] as const) {
      expect(() => schemaToGrammar(schema, mode)).toThrow(
        expect.objectContaining({
          code: 'invalid_request',
          message: `JSON schema conversion failed:\nJSON schema error at ${message}`,
        }),
      );
    }
  });

  it.each<[unknown, string]>([
    [false, '#: its keywords: no value fits'],
    [{ type: 'integer', minimum: 5, maximum: 4 }, '#: minimum, maximum: no value fits'],
    [{ type: 'array', items: {}, minItems: 3, maxItems: 2 }, '#: items, maxItems: no value fits'],
    [{ allOf: [{ type: 'string' }, { type: 'null' }] }, '#: its keywords: no value fits'],
    [{ enum: ['a'], type: 'null' }, '#: enum: no value fits'],
    [
      { properties: { n: { type: 'integer', minimum: 2, exclusiveMaximum: 2 } }, required: ['n'] },
      '#/properties/n: minimum, exclusiveMaximum: no value fits',
    ],
  ])('a schema that no value fits is refused with the path: %j', (schema, message) => {
    expect(() => schemaToGrammar(schema)).toThrow(`JSON schema error at ${message}`);
    // A tool whose arguments no value can satisfy must not make the other tools unusable.
    expect(derives(schemaToGrammar(schema, 'lenient'), '{"a":1}')).toBe(true);
  });

  it('an endlessly nested schema is refused', () => {
    let deep: unknown = {};
    for (let i = 0; i < 200; i++) deep = { items: deep };
    expect(() => schemaToGrammar(deep)).toThrow('more than 100 schemas within each other');
    let nested: unknown = {};
    for (let i = 0; i < 3000; i++) nested = { type: 'object', properties: { a: nested } };
    expect(() => schemaToGrammar(nested)).toThrow('more than 100 schemas within each other');
    const wide = Array.from({ length: 6000 }, (_, i) => [`p${i}`, { maxLength: i }]);
    expect(() => schemaToGrammar({ properties: Object.fromEntries(wide) })).toThrow(
      'more than 5000 schemas in all',
    );
    const pairs = Array.from({ length: 16 }, (_, i) => ({
      anyOf: [{ required: [`a${i}`] }, { minProperties: i }],
    }));
    expect(() => schemaToGrammar({ type: 'object', allOf: pairs })).toThrow(
      '#: anyOf and the like leave too many choices',
    );
  });
});

describe('ranges of integers', () => {
  const bounds = [null, -120, -100, -99, -10, -1, 0, 1, 7, 10, 19, 99, 100, 101, 234];
  const probes = [
    -240,
    ...bounds.flatMap(bound => (bound === null ? [] : [bound - 1, bound, bound + 1])),
    240,
  ];
  const inOrder = bounds.flatMap(min => bounds.map(max => [min, max] as const));
  it.each(inOrder.filter(([min, max]) => min === null || max === null || min <= max))(
    'from %s to %s',
    (min, max) => {
      const grammar = `root ::= ${integerRange(min === null ? null : BigInt(min), max === null ? null : BigInt(max))}`;
      for (const n of probes) {
        const expected = (min === null || n >= min) && (max === null || n <= max);
        expect([n, derives(grammar, String(n))]).toEqual([n, expected]);
      }
      for (const text of ['', '-', '00', '007', '-01', '1x']) expect(derives(grammar, text)).toBe(false);
    },
  );
});
