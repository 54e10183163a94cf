import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { derives } from '../../../engine/grammar/testVocabulary.ts';
import { schemaToGrammar } from './schemaToGrammar.ts';

/** Values that fit a schema and values that do not; another validator must agree on each. */
interface Case {
  readonly schema: object | boolean;
  readonly yes: readonly unknown[];
  readonly no: readonly unknown[];
}

/** An object literal with this key would look like a promise to the linter. */
const THEN = 'then';
const A = { type: 'object', properties: { a: { const: 1 } } };
const B = { type: 'object', properties: { b: { const: 2 } } };
const AB = { type: 'object', properties: { a: { const: 1 }, b: { const: 2 } } };
const SMALL = { $defs: { small: { type: 'integer', minimum: 3, maximum: 5 } } };
const STRING = { type: 'string' };
const INTEGER = { type: 'integer' };
const FEW = { type: 'array', items: { enum: [1, 2, 3] } };

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'of the numbers': [
    { schema: { ...INTEGER, minimum: 0, exclusiveMinimum: 5, maximum: 6 }, yes: [6], no: [0, 4, 5, 7] },
    { schema: { ...INTEGER, minimum: 5, exclusiveMinimum: 0 }, yes: [5, 6], no: [1, 4] },
    { schema: { ...INTEGER, maximum: 9, exclusiveMaximum: 3, minimum: 1 }, yes: [1, 2], no: [3, 9, 0] },
    { schema: { allOf: [{ ...INTEGER, minimum: 2 }, { maximum: 4 }] }, yes: [2, 3, 4], no: [1, 5, 'a'] },
    { schema: { ...INTEGER, minimum: 0.5, maximum: 2.5 }, yes: [1, 2], no: [0, 3] },
    {
      schema: { type: 'number', minimum: 0, maximum: 1 },
      yes: [0, 0.5, 0.25, 1, 0.999],
      no: [-0.1, 1.1, 2, 1.001],
    },
    {
      schema: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      yes: [0.5, 0.001, 0.99],
      no: [0, 1, -1],
    },
    {
      schema: { type: 'number', minimum: -1.25, maximum: 2.5 },
      yes: [-1.25, -1.2, -1, 0, 2.5, 2.49],
      no: [-1.26, -1.3, -2, 2.51, 2.6, 3],
    },
    {
      schema: { type: 'number', exclusiveMinimum: 1.5, maximum: 1.75 },
      yes: [1.6, 1.51, 1.75],
      no: [1.5, 1.4, 1.76, 1.8, 2],
    },
    { schema: { type: 'number', minimum: 10 }, yes: [10, 10.5, 11, 100.25, 99], no: [9.9, 1, -10] },
    { schema: { type: 'number', exclusiveMaximum: -0.5 }, yes: [-0.51, -1, -20.5], no: [-0.5, 0, -0.4] },
    { schema: { ...INTEGER, multipleOf: 5, minimum: 0, maximum: 20 }, yes: [0, 5, 20], no: [1, 25, -5] },
    { schema: { ...INTEGER, multipleOf: 7 }, yes: [0, 7, -14, 777, 7000], no: [1, 8, 71, -6] },
    { schema: { ...INTEGER, multipleOf: 7, minimum: 100 }, yes: [105, 112, 1001], no: [98, 100, 7, 0, -105] },
    {
      schema: { ...INTEGER, multipleOf: 100, exclusiveMinimum: 0 },
      yes: [100, 1200],
      no: [0, 50, 110, -100],
    },
    {
      schema: { type: 'number', multipleOf: 0.5, minimum: 0, maximum: 2 },
      yes: [0, 0.5, 1.5, 2],
      no: [0.25, 2.5],
    },
    {
      schema: { ...INTEGER, allOf: [{ multipleOf: 4 }, { multipleOf: 6 }] },
      yes: [0, 12, 24],
      no: [4, 6, 8],
    },
    { schema: { type: 'number', multipleOf: 3 }, yes: [3, -9, 0], no: [1, 3.5] },
    { schema: { ...INTEGER, minimum: 1, maximum: 4, not: { const: 3 } }, yes: [1, 2, 4], no: [3, 0] },
    { schema: { ...INTEGER, format: 'int32' }, yes: [2147483647, -2147483648], no: [2147483648] },
    {
      schema: { ...INTEGER, minimum: 0, oneOf: [{ maximum: 5 }, { minimum: 3 }] },
      yes: [0, 2, 6, 9],
      no: [3, 5, -1],
    },
    { schema: { enum: [1, 2, 3, 'a'], minimum: 2 }, yes: [2, 3, 'a'], no: [1] },
  ],
  'of the texts': [
    { schema: { ...STRING, pattern: '^[a-z]+$', maxLength: 3 }, yes: ['a', 'abc'], no: ['', 'abcd', 'A'] },
    { schema: { ...STRING, pattern: '^[a-z]*$', minLength: 2 }, yes: ['ab', 'abc'], no: ['', 'a'] },
    {
      schema: { ...STRING, pattern: '^https?://', maxLength: 12 },
      yes: ['http://a', 'https://a.bc'],
      no: ['http:/', 'https://a.bcd'],
    },
    { schema: { ...STRING, pattern: '[0-9]', maxLength: 2 }, yes: ['1', 'a1', '1a'], no: ['a', '', 'ab1'] },
    {
      schema: { ...STRING, pattern: '^(ab|c)+$', minLength: 3, maxLength: 4 },
      yes: ['abc', 'cab', 'abab'],
      no: ['ab', 'ccccc'],
    },
    {
      schema: { allOf: [{ ...STRING, pattern: '^a' }, { minLength: 2 }, { pattern: 'z$' }] },
      yes: ['az', 'abz'],
      no: ['a', 'z', 'ab'],
    },
    {
      schema: { ...STRING, format: 'date', pattern: '^2024-' },
      yes: ['2024-02-29'],
      no: ['2023-01-01', '2024-'],
    },
    {
      schema: { ...STRING, format: 'date' },
      yes: ['2024-02-29', '2023-12-31'],
      no: ['2023-02-29', '2023-04-31', '1900-02-29'],
    },
    { schema: { ...STRING, format: 'email', maxLength: 8 }, yes: ['a@b.cd'], no: ['a@bc', 'abcd@efg.hi'] },
    {
      schema: { ...STRING, format: 'ipv4' },
      yes: ['127.0.0.1', '255.255.255.255'],
      no: ['256.0.0.1', '1.2.3'],
    },
    {
      schema: { ...STRING, format: 'ipv6' },
      yes: ['::1', '2001:db8::8:800:200c:417a', '::', '1:2:3:4:5:6:7:8'],
      no: [':', '1:2', '1::2::3'],
    },
    {
      schema: { ...STRING, format: 'uri' },
      yes: ['https://a.bc/d?e=f#g', 'mailto:a@b.c', 'urn:a:b'],
      no: ['a', '//a', 'http://a b'],
    },
    { schema: { ...STRING, format: 'duration' }, yes: ['P1D', 'PT1H30M', 'P2W'], no: ['P', '1D', 'PT'] },
    { schema: { ...STRING, minLength: 1, not: { const: 'a' } }, yes: ['b', 'aa'], no: ['', 'a'] },
    { schema: { ...STRING, not: { pattern: '^a' } }, yes: ['', 'b', 'ba'], no: ['a', 'ab'] },
    { schema: { ...STRING, enum: ['a', 'b', 'abc', 1] }, yes: ['a', 'abc'], no: [1, 'c'] },
    { schema: { enum: ['a', 'bb', 'ccc'], minLength: 2, pattern: '^b' }, yes: ['bb'], no: ['a', 'ccc'] },
    { schema: { const: 'ab', maxLength: 2 }, yes: ['ab'], no: ['a'] },
    {
      schema: { ...STRING, minLength: 2, allOf: [{ minLength: 3 }, { maxLength: 4 }], maxLength: 9 },
      yes: ['abc', 'abcd'],
      no: ['ab', 'abcde'],
    },
    { schema: { ...STRING, maxLength: 1 }, yes: ['😀', 'é', '"'], no: ['ab'] },
  ],
  'of the arrays': [
    {
      schema: { type: 'array', prefixItems: [INTEGER, STRING], items: { type: 'null' } },
      yes: [[], [1], [1, 'a'], [1, 'a', null]],
      no: [
        [1, 2],
        [1, 'a', 2],
      ],
    },
    {
      schema: { type: 'array', prefixItems: [INTEGER, STRING], minItems: 2, items: false },
      yes: [[1, 'a']],
      no: [[1], [1, 'a', 2], []],
    },
    {
      schema: { type: 'array', prefixItems: [INTEGER, STRING], minItems: 1, maxItems: 2 },
      yes: [[1], [1, 'a']],
      no: [[], ['a'], [1, 'a', 2]],
    },
    {
      schema: { type: 'array', items: INTEGER, allOf: [{ minItems: 1 }, { maxItems: 2 }] },
      yes: [[1], [1, 2]],
      no: [[], [1, 2, 3], ['a']],
    },
    {
      schema: { type: 'array', items: INTEGER, allOf: [{ items: { minimum: 3 } }] },
      yes: [[], [3, 4]],
      no: [[2], ['a']],
    },
    { schema: { ...FEW, uniqueItems: true }, yes: [[], [2], [3, 1, 2]], no: [[1, 1], [4]] },
    {
      schema: { ...FEW, uniqueItems: true, minItems: 2 },
      yes: [
        [1, 2],
        [3, 2, 1],
      ],
      no: [[1], [2, 2], []],
    },
    {
      schema: { type: 'array', uniqueItems: true, maxItems: 1, items: STRING },
      yes: [[], ['a']],
      no: [['a', 'b']],
    },
    {
      schema: { type: 'array', prefixItems: [STRING, INTEGER], minItems: 2, maxItems: 2, uniqueItems: true },
      yes: [['a', 1]],
      no: [['a'], [1, 1]],
    },
    {
      schema: { type: 'array', items: { type: ['integer', 'null'] }, contains: { type: 'null' } },
      yes: [[null], [1, null], [null, 2]],
      no: [[], [1]],
    },
    {
      schema: { ...FEW, contains: { const: 1 }, maxContains: 1, maxItems: 3 },
      yes: [[1], [2, 1, 3]],
      no: [[1, 1], [2], []],
    },
    {
      schema: { ...FEW, contains: { const: 1 }, minContains: 2 },
      yes: [
        [1, 1],
        [1, 2, 1],
      ],
      no: [[1], [1, 2]],
    },
    { schema: { ...FEW, not: { contains: { const: 3 } } }, yes: [[], [1, 2]], no: [[3], [1, 3]] },
    { schema: { type: 'array', items: { not: {} } }, yes: [[]], no: [[1]] },
    {
      schema: { type: 'array', items: INTEGER, anyOf: [{ maxItems: 1 }, { minItems: 3 }] },
      yes: [[], [1], [1, 2, 3]],
      no: [[1, 2]],
    },
    {
      schema: { type: 'array', prefixItems: [STRING], unevaluatedItems: INTEGER },
      yes: [['a'], ['a', 1]],
      no: [['a', 'b'], [1]],
    },
    { schema: { enum: [[1], [1, 2], 'a'], maxItems: 1 }, yes: [[1], 'a'], no: [[1, 2]] },
  ],
  'of the objects': [
    {
      schema: { ...AB, anyOf: [{ required: ['a'] }, { required: ['b'] }], additionalProperties: false },
      yes: [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
      no: [{}, { a: 2 }, 'x'],
    },
    {
      schema: { ...AB, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      yes: [{ a: 1 }, { b: 2 }],
      no: [{}, { a: 1, b: 2 }],
    },
    { schema: { type: 'object', required: ['x'] }, yes: [{ x: 1 }, { x: {}, y: 2 }], no: [{}, { y: 1 }] },
    { schema: { ...A, required: ['a', 'x'] }, yes: [{ a: 1, x: null }], no: [{ a: 1 }, { x: 1 }] },
    { schema: { allOf: [A, B] }, yes: [{}, { a: 1 }, { b: 2 }, { a: 1, b: 2 }], no: [{ a: 2 }, { b: 1 }] },
    {
      schema: {
        allOf: [
          { ...A, required: ['a'] },
          { ...B, required: ['b'] },
        ],
      },
      yes: [{ a: 1, b: 2 }],
      no: [{ a: 1 }, { b: 2 }, {}],
    },
    { schema: { ...A, allOf: [{ ...B, required: ['b'] }] }, yes: [{ a: 1, b: 2 }, { b: 2 }], no: [{ a: 1 }] },
    {
      schema: {
        ...A,
        oneOf: [
          { properties: { k: { const: 'x' } }, required: ['k'] },
          { properties: { k: { const: 'y' }, n: INTEGER }, required: ['k', 'n'] },
        ],
      },
      yes: [
        { a: 1, k: 'x' },
        { k: 'y', n: 3 },
      ],
      no: [{ a: 1 }, { k: 'y' }, { k: 'z' }],
    },
    {
      schema: {
        type: 'object',
        properties: { a: STRING },
        allOf: [{ properties: { a: { maxLength: 2 } } }],
        required: ['a'],
      },
      yes: [{ a: 'ab' }],
      no: [{ a: 'abc' }, { a: 1 }],
    },
    {
      schema: { allOf: [{ ...A, additionalProperties: false }, B] },
      yes: [{}, { a: 1 }],
      no: [{ b: 2 }, { a: 1, b: 2 }],
    },
    { schema: { ...A, additionalProperties: { not: {} } }, yes: [{}, { a: 1 }], no: [{ b: 1 }] },
    {
      schema: {
        type: 'object',
        patternProperties: { '^x-': STRING },
        additionalProperties: false,
        minProperties: 1,
      },
      yes: [{ 'x-a': 'b' }],
      no: [{}, { a: 'b' }, { 'x-a': 1 }],
    },
    {
      schema: { ...A, patternProperties: { '^n': INTEGER, '1$': { minimum: 5 } } },
      yes: [{ a: 1, n: 3 }, { n1: 5 }],
      no: [{ n: 'a' }, { n1: 4 }],
    },
    {
      schema: {
        type: 'object',
        additionalProperties: INTEGER,
        propertyNames: { pattern: '^[a-z]+$', maxLength: 3 },
      },
      yes: [{}, { ab: 1 }, { abc: 1, d: 2 }],
      no: [{ abcd: 1 }, { A: 1 }, { a: 'b' }],
    },
    {
      schema: { type: 'object', additionalProperties: INTEGER, propertyNames: { enum: ['x', 'y'] } },
      yes: [{}, { x: 1 }, { x: 1, y: 2 }],
      no: [{ z: 1 }, { x: 'a' }],
    },
    { schema: { ...AB, minProperties: 1 }, yes: [{ a: 1 }, { b: 2 }], no: [{}] },
    { schema: { ...AB, maxProperties: 1 }, yes: [{}, { a: 1 }, { b: 2 }], no: [{ a: 1, b: 2 }] },
    {
      schema: { ...AB, dependentRequired: { a: ['b'] } },
      yes: [{}, { b: 2 }, { a: 1, b: 2 }],
      no: [{ a: 1 }],
    },
    {
      schema: { ...A, dependentSchemas: { a: { properties: { c: INTEGER }, required: ['c'] } } },
      yes: [{}, { a: 1, c: 3 }],
      no: [{ a: 1 }, { a: 1, c: 'x' }],
    },
    { schema: { ...AB, not: { required: ['a', 'b'] } }, yes: [{}, { a: 1 }, { b: 2 }], no: [{ a: 1, b: 2 }] },
    {
      schema: {
        type: 'object',
        properties: { k: { enum: ['x', 'y'] }, n: INTEGER },
        required: ['k'],
        if: { properties: { k: { const: 'x' } } },
        [THEN]: { required: ['n'] },
      },
      yes: [{ k: 'x', n: 1 }, { k: 'y' }, { k: 'y', n: 1 }],
      no: [{ k: 'x' }, {}],
    },
    { schema: { ...A, allOf: [B], unevaluatedProperties: false }, yes: [{}, { a: 1, b: 2 }], no: [{ c: 3 }] },
    {
      schema: { ...A, required: ['b'], unevaluatedProperties: INTEGER },
      yes: [{ b: 7 }, { b: 7, a: 1 }],
      no: [{ b: 'x' }, {}],
    },
    {
      schema: { ...A, properties: { a: { const: 1 }, gone: false } },
      yes: [{}, { a: 1 }],
      no: [{ gone: 1 }, { a: 1, gone: null }],
    },
    {
      schema: { enum: [{ a: 1 }, { a: 2 }, 3], required: ['a'], properties: { a: { minimum: 2 } } },
      yes: [{ a: 2 }, 3],
      no: [{ a: 1 }],
    },
  ],
  'of a reference and what is beside it': [
    { schema: { allOf: [{ $ref: '#/$defs/small' }], ...SMALL }, yes: [3, 5], no: [2, 6, {}] },
    { schema: { $ref: '#/$defs/small', description: 'x', ...SMALL }, yes: [3, 4], no: [6] },
    { schema: { $ref: '#/$defs/small', maximum: 4, ...SMALL }, yes: [3, 4], no: [5] },
    { schema: { $ref: '#/$defs/small', enum: [1, 3, 9], ...SMALL }, yes: [3], no: [1, 9, 4] },
    { schema: { anyOf: [{ $ref: '#/$defs/small' }, { type: 'null' }], ...SMALL }, yes: [3, null], no: [6] },
    {
      schema: { anyOf: [{ $ref: '#/$defs/small' }, STRING], maximum: 3, maxLength: 1, ...SMALL },
      yes: [3, 'a'],
      no: [4, 'ab'],
    },
    {
      schema: {
        type: 'object',
        properties: { n: { allOf: [{ $ref: '#/$defs/small' }] } },
        required: ['n'],
        ...SMALL,
      },
      yes: [{ n: 3 }],
      no: [{ n: {} }, { n: 6 }, {}],
    },
    {
      schema: { type: 'array', items: { $ref: '#/$defs/small', minimum: 5 }, ...SMALL },
      yes: [[], [5]],
      no: [[3], [6]],
    },
    {
      schema: { $ref: '#/$defs/base', properties: { b: { const: 2 } }, required: ['b'], $defs: { base: A } },
      yes: [{ a: 1, b: 2 }, { b: 2 }],
      no: [{ a: 1 }, {}],
    },
    {
      schema: { not: { $ref: '#/$defs/small' }, type: 'integer', minimum: 2, maximum: 6, ...SMALL },
      yes: [2, 6],
      no: [3, 5],
    },
    {
      schema: { oneOf: [{ $ref: '#/$defs/small' }, { type: 'integer', minimum: 5 }], ...SMALL },
      yes: [3, 6],
      no: [5, 2],
    },
  ],
  'of types and values': [
    { schema: { type: ['string', 'integer'], minimum: 3, maxLength: 1 }, yes: [3, 'a'], no: [2, 'ab', null] },
    { schema: { type: ['string', 'null'], enum: ['a', null, 1] }, yes: ['a', null], no: [1] },
    { schema: { type: ['boolean', 'null'], not: { const: true } }, yes: [false, null], no: [true] },
    { schema: { type: 'boolean', const: true }, yes: [true], no: [false] },
    { schema: { not: { type: ['object', 'array', 'number'] } }, yes: ['a', null, true], no: [{}, [], 1] },
    { schema: { type: 'number', not: INTEGER }, yes: [1.5, -0.25], no: [1, 0] },
    {
      schema: { const: { a: [1, 2] }, type: 'object', required: ['a'] },
      yes: [{ a: [1, 2] }],
      no: [{}, { a: [2, 1] }],
    },
    { schema: { enum: [1, 2, 3], allOf: [{ enum: [2, 3] }, { not: { const: 3 } }] }, yes: [2], no: [1, 3] },
    { schema: { anyOf: [true, { type: 'null' }] }, yes: [1, null, {}], no: [] },
    { schema: { anyOf: [false, { type: 'null' }] }, yes: [null], no: [1] },
    { schema: { oneOf: [INTEGER, { type: 'number' }] }, yes: [1.5], no: [1, 'a'] },
    { schema: { type: 'object', properties: { v: true, w: false } }, yes: [{}, { v: [1] }], no: [{ w: 1 }] },
  ],
};

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

describe.each(Object.entries(CASES))('combined constraints, %s', (_, cases) => {
  it.each(cases.map(each => [JSON.stringify(each.schema), each] as const))(
    'combined constraints all apply: %s',
    (_text, { schema, yes, no }) => {
      const grammar = schemaToGrammar(schema);
      const accepted = [...yes, ...no].map(value => [
        JSON.stringify(value),
        derives(grammar, JSON.stringify(value)),
      ]);
      const valid = [...yes, ...no].map(value => [JSON.stringify(value), ajv.validate(schema, value)]);
      const expected = [
        ...yes.map(value => [JSON.stringify(value), true]),
        ...no.map(value => [JSON.stringify(value), false]),
      ];
      expect({ accepted, valid }).toEqual({ accepted: expected, valid: expected });
    },
  );

  it.each(cases.map(each => [JSON.stringify(each.schema), each] as const))(
    "a tool's schema gets the same grammar if a grammar can express it: %s",
    (_text, { schema }) => {
      expect(schemaToGrammar(schema, 'lenient')).toBe(schemaToGrammar(schema, 'strict'));
    },
  );
});
