import { describe, expect, it } from 'vitest';
import { derives } from '../../../engine/grammar/testVocabulary.ts';
import { schemaToGrammar } from './schemaToGrammar.ts';

interface Case {
  readonly schema: unknown;
  readonly yes: readonly unknown[];
  readonly no: readonly unknown[];
}

const ONE = { const: 1 };
const TREE = {
  type: 'object',
  properties: { v: ONE, kids: { type: 'array', items: { $ref: '#' } } },
  required: ['v'],
};

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'with references': [
    {
      schema: TREE,
      yes: [{ v: 1 }, { v: 1, kids: [{ v: 1, kids: [] }] }],
      no: [{ kids: [] }, { v: 1, kids: [{}] }],
    },
    {
      schema: { anyOf: [{ type: 'null' }, { type: 'array', items: { $ref: '#' } }] },
      yes: [null, [], [[null]]],
      no: [1, [1]],
    },
    {
      schema: { $ref: '#/$defs/A', $defs: { A: { items: { $ref: '#/$defs/B' } }, B: { enum: [1, 2] } } },
      yes: [[1, 2]],
      no: [[3]],
    },
    {
      schema: { items: { $ref: '#one' }, $defs: { x: { $anchor: 'one', const: 1 } } },
      yes: [[1]],
      no: [[2]],
    },
    {
      schema: { items: { $ref: '#one' }, definitions: { x: { $id: '#one', const: 1 } } },
      yes: [[1]],
      no: [[2]],
    },
    {
      schema: { items: { $dynamicRef: '#one' }, $defs: { x: { $dynamicAnchor: 'one', const: 1 } } },
      yes: [[1]],
      no: [[2]],
    },
    {
      schema: {
        $id: 'https://a.test/s.json',
        items: { $ref: 'https://a.test/s.json#/$defs/x' },
        $defs: { x: ONE },
      },
      yes: [[1]],
      no: [[2]],
    },
    {
      schema: { $id: 'https://a.test/s.json', items: { $ref: 's.json#/$defs/x' }, $defs: { x: ONE } },
      yes: [[1]],
      no: [[2]],
    },
    {
      schema: { $id: 'https://a.test/tree', type: 'array', items: { $ref: 'https://a.test/tree' } },
      yes: [[], [[]]],
      no: [[1]],
    },
    {
      schema: { items: { $ref: 'x.json' }, $defs: { x: { $id: 'x.json', const: 1 } } },
      yes: [[1]],
      no: [[2]],
    },
    {
      schema: { items: { $ref: 'x.json#/$defs/y' }, $defs: { x: { $id: 'x.json', $defs: { y: ONE } } } },
      yes: [[1]],
      no: [[2]],
    },
    { schema: { items: { $ref: '#/$defs/A%3CB%3E' }, $defs: { 'A<B>': ONE } }, yes: [[1]], no: [[2]] },
    { schema: { items: { $ref: '#/$defs/A<B>' }, $defs: { 'A<B>': ONE } }, yes: [[1]], no: [[2]] },
    { schema: { items: { $ref: '#/$defs/a~1b~0c' }, $defs: { 'a/b~c': ONE } }, yes: [[1]], no: [[2]] },
    { schema: { items: { $ref: '#/$defs/100%' }, $defs: { '100%': ONE } }, yes: [[1]], no: [[2]] },
    { schema: { items: { $ref: '#/$defs/%25' }, $defs: { '%': ONE } }, yes: [[1]], no: [[2]] },
    {
      schema: { items: { $ref: '#/$defs/x/anyOf/1' }, $defs: { x: { anyOf: [{}, ONE] } } },
      yes: [[1]],
      no: [[2]],
    },
    {
      schema: { type: 'object', properties: { $id: { type: 'string' }, id: ONE }, required: ['id'] },
      yes: [{ $id: 'x', id: 1 }],
      no: [{ id: 2 }],
    },
  ],
  'with booleans as schemas': [
    { schema: true, yes: [{}, { a: [1] }], no: [] },
    {
      schema: { type: 'object', properties: { v: true }, required: ['v'] },
      yes: [{ v: 1 }, { v: {} }],
      no: [{}],
    },
    { schema: { type: 'object', properties: { v: false, w: ONE } }, yes: [{}, { w: 1 }], no: [{ v: 1 }] },
    { schema: { type: 'array', items: true }, yes: [[], [1, 'a']], no: [1] },
    { schema: { type: 'array', items: false }, yes: [[]], no: [[1]] },
    {
      schema: { prefixItems: [true, ONE] },
      yes: [
        ['x', 1],
        [[], 1],
      ],
      no: [['x', 2]],
    },
    { schema: { anyOf: [false, ONE] }, yes: [1], no: [2] },
    { schema: { oneOf: [ONE, false] }, yes: [1], no: [2] },
    { schema: { allOf: [true, ONE] }, yes: [1], no: [2] },
    { schema: { not: false, type: 'null' }, yes: [null], no: [1] },
    { schema: { $ref: '#/$defs/any', type: 'null', $defs: { any: true } }, yes: [null], no: [1] },
    { schema: { type: 'object', additionalProperties: false }, yes: [{}], no: [{ a: 1 }] },
  ],
  'with null where a keyword was not set': [
    ...[
      'minLength',
      'maxLength',
      'pattern',
      'format',
      'enum',
      'const',
      'minimum',
      'maximum',
      'multipleOf',
      'exclusiveMinimum',
      'items',
      'prefixItems',
      'properties',
      'patternProperties',
      'additionalProperties',
      'required',
      'propertyNames',
      'dependentRequired',
      'anyOf',
      'oneOf',
      'allOf',
      'not',
      'if',
      'contains',
      'uniqueItems',
      '$ref',
      'nullable',
      'minProperties',
      'unevaluatedProperties',
      '$id',
      '$anchor',
      '$defs',
      'title',
    ].map(
      (keyword): Case => ({ schema: { type: 'string', [keyword]: null }, yes: ['a', ''], no: [1, null] }),
    ),
    { schema: { type: null, const: 1 }, yes: [1], no: [2] },
    {
      schema: { type: 'object', properties: { a: ONE, b: null }, required: ['b'] },
      yes: [{ b: 1 }, { a: 1, b: [] }],
      no: [{}],
    },
    { schema: { const: null }, yes: [null], no: [1] },
    { schema: { type: ['string', 'null'], const: null }, yes: [null], no: ['a'] },
    { schema: { enum: [null] }, yes: [null], no: [1] },
  ],
  'with a list that is empty': [
    { schema: { type: 'string', enum: [] }, yes: ['a'], no: [1] },
    { schema: { type: 'string', anyOf: [] }, yes: ['a'], no: [1] },
    { schema: { type: 'string', oneOf: [] }, yes: ['a'], no: [1] },
    { schema: { type: 'string', allOf: [] }, yes: ['a'], no: [1] },
    { schema: { type: [], const: 1 }, yes: [1], no: [2] },
    { schema: { type: 'object', required: [] }, yes: [{}], no: [1] },
  ],
  'of older drafts or OpenAPI': [
    { schema: { type: 'integer', minimum: 3, exclusiveMinimum: true, maximum: 5 }, yes: [4, 5], no: [3, 6] },
    { schema: { type: 'integer', minimum: 3, exclusiveMinimum: false }, yes: [3], no: [2] },
    { schema: { type: 'integer', minimum: 3, maximum: 5, exclusiveMaximum: true }, yes: [3, 4], no: [5] },
    { schema: { type: 'integer', exclusiveMinimum: true }, yes: [0, -5], no: ['a'] },
    {
      schema: { type: 'array', items: [ONE, { type: 'string' }], additionalItems: false },
      yes: [[1], [1, 'a'], []],
      no: [[1, 'a', 2], [2]],
    },
    {
      schema: { type: 'array', items: [ONE], additionalItems: { type: 'null' } },
      yes: [[1, null, null]],
      no: [[1, 2]],
    },
    {
      schema: { type: 'object', properties: { a: { type: 'null', required: true } } },
      yes: [{}, { a: null }],
      no: [{ a: 1 }],
    },
    {
      schema: { type: 'object', properties: { a: ONE, b: ONE }, dependencies: { a: ['b'] } },
      yes: [{}, { b: 1 }, { a: 1, b: 1 }],
      no: [{ a: 1 }],
    },
    {
      schema: { type: 'object', properties: { a: ONE }, dependencies: { a: { required: ['c'] } } },
      yes: [{}, { a: 1, c: 0 }],
      no: [{ a: 1 }],
    },
    {
      schema: {
        id: 'http://a.test/x',
        items: { $ref: 'http://a.test/x#/definitions/one' },
        definitions: { one: ONE },
      },
      yes: [[1]],
      no: [[2]],
    },
    { schema: { type: 'string', nullable: true, maxLength: 1 }, yes: ['a', null], no: ['ab', 1] },
    {
      schema: { allOf: [{ $ref: '#/$defs/one' }], nullable: true, $defs: { one: ONE } },
      yes: [1, null],
      no: [2],
    },
    { schema: { type: 'string', nullable: false }, yes: ['a'], no: [null] },
    { schema: { type: 'integer', format: 'int64' }, yes: [1], no: [1.5] },
    { schema: { type: 'string', format: 'password' }, yes: ['x'], no: [1] },
  ],
};

describe.each(Object.entries(CASES))('a schema %s', (_, cases) => {
  it.each(cases.map(each => [JSON.stringify(each.schema), each] as const))(
    'the grammar accepts and rejects the same values as another validator: %s',
    (_text, { schema, yes, no }) => {
      for (const mode of ['strict', 'lenient'] as const) {
        const grammar = schemaToGrammar(schema, mode);
        const accepted = [...yes, ...no].filter(value => derives(grammar, JSON.stringify(value)));
        expect(accepted).toEqual(yes);
      }
    },
  );
});

describe('a keyword that a grammar cannot express', () => {
  const part = (schema: object) => ({
    type: 'object',
    properties: { n: schema },
    required: ['n'],
    additionalProperties: false,
  });
  /** Schema of `n`, the error about it, and values of `n` that a tool must accept (`yes`) or reject (`no`). */
  it.each<[object, string, { yes: unknown[]; no: unknown[] }]>([
    [{ type: 'number', multipleOf: 0.01 }, 'multipleOf of 0.01', { yes: [0.5, 3], no: ['a'] }],
    [{ type: 'number', multipleOf: 0.5, minimum: 2 }, 'multipleOf of 0.5', { yes: [2.5, 3], no: [1.5, 'a'] }],
    [{ type: 'integer', multipleOf: 99991 }, 'multipleOf of 99991', { yes: [99991, 0], no: [1.5] }],
    [
      { type: 'integer', not: { multipleOf: 2 }, minimum: 1 },
      'multipleOf cannot be said here',
      { yes: [1, 3], no: [0] },
    ],
    [
      { type: 'array', items: { type: 'string' }, uniqueItems: true, maxItems: 2 },
      'uniqueItems',
      { yes: [['a', 'b']], no: [[1], ['a', 'b', 'c']] },
    ],
    [
      { type: 'array', items: { type: 'integer' }, contains: { const: 5 }, minContains: 4, maxItems: 1900 },
      'contains',
      { yes: [[5, 5, 5, 5]], no: [['a']] },
    ],
    [
      { type: 'object', minProperties: 3, additionalProperties: { const: 1 } },
      'minProperties of 3',
      { yes: [{ a: 1, b: 1, c: 1 }], no: [{ a: 1 }, { a: 2, b: 2, c: 2 }] },
    ],
    [
      { type: 'object', patternProperties: { '^(?!x)': { const: 1 } }, required: ['k'] },
      'patternProperties "^(?!x)"',
      { yes: [{ k: 1 }], no: [{}] },
    ],
    [
      { type: 'object', not: { propertyNames: { maxLength: 2 } } },
      'propertyNames has no opposite',
      { yes: [{ abc: 1 }], no: [1] },
    ],
    [
      { type: 'object', not: { additionalProperties: false } },
      'additionalProperties has no opposite',
      { yes: [{ abc: 1 }], no: [1] },
    ],
    [{ type: 'string', not: { format: 'email' } }, 'format email has no opposite', { yes: ['a'], no: [1] }],
    [{ type: 'array', not: { const: [1] } }, 'const has no opposite', { yes: [[2]], no: [1] }],
    [
      { $ref: 'https://other.test/x', type: 'null' },
      'unsupported $ref https://other.test/x, only references into the same document are supported',
      { yes: [null], no: [1] },
    ],
    [
      { $ref: '#/$defs/x', type: 'null' },
      'cannot resolve $ref #/$defs/x, $defs not found',
      { yes: [null], no: [1] },
    ],
    [
      { $ref: '#nowhere', type: 'null' },
      'cannot resolve $ref #nowhere, no $anchor nowhere',
      { yes: [null], no: [1] },
    ],
    [{ $ref: '#/properties/n', type: 'null' }, '$ref refers to itself', { yes: [null], no: [1] }],
  ])(
    "the keyword is refused with its path; in a tool's schema only that keyword is dropped: %j",
    (schema, message, { yes, no }) => {
      expect(() => schemaToGrammar(part(schema))).toThrow(/JSON schema error at #\/properties\/n(\/not)?: /);
      expect(() => schemaToGrammar(part(schema))).toThrow(message);
      const grammar = schemaToGrammar(part(schema), 'lenient');
      const accepted = [...yes, ...no].filter(n => derives(grammar, JSON.stringify({ n })));
      expect(accepted).toEqual(yes);
    },
  );
});
