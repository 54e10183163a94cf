import { describe, expect, it } from 'vitest';
import { GrammarMatcher } from '../../../engine/grammar/matcher.ts';
import { parseGrammar } from '../../../engine/grammar/parse.ts';
import { grammarVocabulary } from '../../../engine/grammar/vocabularyTrie.ts';
import { gemmaValues, PYTHON, type ToolFormat } from './toolFormat.ts';
import { toolGrammar } from './toolGrammar.ts';

const formatOf = (assign: '=' | ':', open: string, close: string): ToolFormat => ({
  begin: '',
  end: '',
  separator: null,
  call: {
    kind: 'named',
    open: '',
    between: open,
    close,
    arguments: { kind: 'pairs', assign, values: assign === '=' ? PYTHON : gemmaValues('<|"|>') },
  },
});
const PYTHONIC = formatOf('=', '(', ')');
const GEMMA = formatOf(':', '{', '}');
const TAGGED: ToolFormat = {
  ...PYTHONIC,
  call: {
    kind: 'named',
    open: '',
    between: '>',
    close: '</f>',
    arguments: { kind: 'tagged', keyOpen: '<', keyClose: '>', jsonKeyClose: '>', valueClose: '</>' },
  },
};

const encoder = new TextEncoder();

function accepts(format: ToolFormat, schema: object, text: string): boolean {
  const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', ...schema } } };
  const grammar = parseGrammar(toolGrammar(format, [tool], { parallel: false }));
  const matcher = new GrammarMatcher(grammar, grammarVocabulary([], []));
  return matcher.acceptBytes(encoder.encode(text)) && matcher.canEnd;
}

const one = (schema: object) => ({ properties: { a: schema }, required: ['a'] });
const TEXTS = { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2 };
const POINT = {
  type: 'object',
  properties: { x: { type: 'integer' }, y: { type: 'integer' } },
  required: ['x'],
};
const THREE = {
  properties: { a: { type: 'integer' }, b: { type: 'boolean' }, c: { type: 'string' } },
  required: ['b'],
};

interface Case {
  readonly schema: object;
  readonly text: string;
  readonly wrong: string;
}

describe("arguments in Python's notation", () => {
  it.each<Case>([
    { schema: one({ type: 'string' }), text: "f(a='it\\'s \"x\"')", wrong: 'f(a=x)' },
    { schema: one({ type: 'string' }), text: 'f(a="it\'s")', wrong: "f(a='it's')" },
    { schema: one({ type: 'integer', minimum: 3, maximum: 5 }), text: 'f(a=4)', wrong: 'f(a=6)' },
    { schema: one({ type: 'number' }), text: 'f(a=-1.5)', wrong: 'f(a="1.5")' },
    { schema: one({ type: 'boolean' }), text: 'f(a=True)', wrong: 'f(a=None)' },
    { schema: one({ type: ['string', 'null'] }), text: 'f(a=None)', wrong: 'f(a=1)' },
    { schema: one({ enum: ['x', 'y', 1] }), text: "f(a='y')", wrong: "f(a='z')" },
    { schema: one({ const: 'x' }), text: 'f(a="x")', wrong: 'f()' },
    { schema: one(TEXTS), text: "f(a=['x', 'y'])", wrong: 'f(a=[])' },
    { schema: one(TEXTS), text: 'f(a=["x"])', wrong: "f(a=['x', 'y', 'z'])" },
    { schema: one({ ...TEXTS, minItems: 0 }), text: 'f(a=[])', wrong: 'f(a=[1])' },
    { schema: one({ ...TEXTS, minItems: 0, maxItems: 0 }), text: 'f(a=[])', wrong: "f(a=['x'])" },
    { schema: one({ type: 'array', minItems: 2 }), text: "f(a=[1, 'x', None])", wrong: 'f(a=[1])' },
    { schema: one(POINT), text: "f(a={'x': 1, 'y': 2})", wrong: "f(a={'y': 2})" },
    { schema: one({ anyOf: [{ type: 'integer' }, TEXTS] }), text: "f(a=['x'])", wrong: 'f(a=True)' },
    { schema: one({}), text: "f(a=[1, {'k': None}])", wrong: 'f(a=)' },
    {
      schema: { ...one({ $ref: '#/$defs/P' }), $defs: { P: POINT } },
      text: "f(a={'x': 1})",
      wrong: 'f(a={})',
    },
    {
      schema: { ...one({ allOf: [{ $ref: '#/$defs/P' }], description: 'a point' }), $defs: { P: POINT } },
      text: "f(a={'x': 1})",
      wrong: "f(a={'z': 1})",
    },
    {
      schema: { ...one({ type: 'integer' }), allOf: [{ properties: { b: { const: 1 } }, required: ['b'] }] },
      text: 'f(b=1, a=2)',
      wrong: 'f(a=2)',
    },
    { schema: { properties: { a: { type: 'integer' }, b: false } }, text: 'f(a=1)', wrong: 'f(b=1)' },
    {
      schema: { properties: { a: true }, additionalProperties: { not: {} } },
      text: 'f(a=[1])',
      wrong: 'f(b=1)',
    },
    { schema: THREE, text: "f(a=1, b=True, c='x')", wrong: 'f(a=1)' },
    { schema: THREE, text: 'f(b=False, a=1)', wrong: "f(c='x', b=True)" },
    { schema: { properties: {} }, text: 'f()', wrong: 'f(a=1)' },
    { schema: {}, text: 'f(any=1, other=[2])', wrong: 'f(1)' },
  ])('arguments fit $schema', ({ schema, text, wrong }) => {
    expect({ text, isAccepted: accepts(PYTHONIC, schema, text) }).toEqual({ text, isAccepted: true });
    expect({ wrong, isAccepted: accepts(PYTHONIC, schema, wrong) }).toEqual({ wrong, isAccepted: false });
  });
});

describe("arguments in Gemma's notation", () => {
  it.each<Case>([
    { schema: one({ type: 'string' }), text: 'f{a:<|"|>it "is"<|"|>}', wrong: 'f{a:it}' },
    { schema: one({ type: 'integer' }), text: 'f{a:4}', wrong: 'f{a:<|"|>4<|"|>}' },
    { schema: one({ type: 'boolean' }), text: 'f{a:true}', wrong: 'f{a:yes}' },
    { schema: one({ type: ['boolean', 'null'] }), text: 'f{a:null}', wrong: 'f{a:None}' },
    { schema: one({ enum: ['x', 'y'] }), text: 'f{a:<|"|>y<|"|>}', wrong: 'f{a:<|"|>z<|"|>}' },
    { schema: one(TEXTS), text: 'f{a:[<|"|>x<|"|>,<|"|>y<|"|>]}', wrong: 'f{a:[1]}' },
    { schema: one(POINT), text: 'f{a:{x:1,y:2}}', wrong: 'f{a:{y:2}}' },
    { schema: one({ type: 'array', items: POINT }), text: 'f{a:[{x:1},{x:2}]}', wrong: 'f{a:[{z:1}]}' },
    { schema: one({}), text: 'f{a:[1,{k:null}]}', wrong: 'f{a:}' },
    { schema: THREE, text: 'f{a:1,b:true}', wrong: 'f{a:1}' },
    { schema: { properties: {} }, text: 'f{}', wrong: 'f{a:1}' },
  ])('arguments fit $schema', ({ schema, text, wrong }) => {
    expect({ text, isAccepted: accepts(GEMMA, schema, text) }).toEqual({ text, isAccepted: true });
    expect({ wrong, isAccepted: accepts(GEMMA, schema, wrong) }).toEqual({ wrong, isAccepted: false });
  });
});

describe('arguments between tags', () => {
  it.each<Case>([
    { schema: one({ type: 'string' }), text: 'f><a>any\n"text" < </</></f>', wrong: 'f></f>' },
    { schema: one({ type: 'integer', maximum: 5 }), text: 'f><a>\n4\n</></f>', wrong: 'f><a>6</></f>' },
    { schema: one({ type: 'boolean' }), text: 'f><a>true</></f>', wrong: 'f><a>yes</></f>' },
    { schema: one({ type: 'boolean' }), text: 'f><a>False</></f>', wrong: 'f><a>None</></f>' },
    { schema: one({ enum: ['x', 2] }), text: 'f><a>2</></f>', wrong: 'f><a>y</></f>' },
    { schema: one({ type: ['integer', 'null'] }), text: 'f><a>null</></f>', wrong: 'f><a>text</></f>' },
    { schema: one({ type: ['string', 'null'] }), text: 'f><a>null</></f>', wrong: 'f><b>null</></f>' },
    { schema: one(TEXTS), text: 'f><a>["x"]</></f>', wrong: 'f><a>[]</></f>' },
    { schema: one(POINT), text: 'f><a>{"x": 1}</></f>', wrong: 'f><a>{"y": 1}</></f>' },
    {
      schema: { ...one({ type: 'array', items: { $ref: '#/$defs/P' } }), $defs: { P: POINT } },
      text: 'f><a>[{"x": 1}]</></f>',
      wrong: 'f><a>[{}]</></f>',
    },
    { schema: THREE, text: 'f><a>1</><b>true</><c>x</></f>', wrong: 'f><a>1</></f>' },
    { schema: THREE, text: 'f><b>true</><a>1</></f>', wrong: 'f><c>x</><b>true</></f>' },
    { schema: {}, text: 'f><any>1</><other>x</></f>', wrong: 'f><any></f>' },
    { schema: { properties: {} }, text: 'f></f>', wrong: 'f><a>1</></f>' },
  ])('arguments fit $schema', ({ schema, text, wrong }) => {
    expect({ text, isAccepted: accepts(TAGGED, schema, text) }).toEqual({ text, isAccepted: true });
    expect({ wrong, isAccepted: accepts(TAGGED, schema, wrong) }).toEqual({ wrong, isAccepted: false });
  });
});

describe('a schema that refers to itself many times', () => {
  const selves = (n: number) => Array.from({ length: n }, () => ({ $ref: '#' }));
  it.each([
    { schema: { properties: Object.fromEntries(selves(9).map((self, i) => [`p${i}`, self])) } },
    { schema: { properties: { a: { anyOf: selves(9) } } } },
    { schema: { properties: { a: { allOf: selves(9) } } } },
    { schema: { properties: { a: { type: 'array', items: { oneOf: selves(9) } } } } },
  ])('a grammar is built in seconds: $schema', ({ schema }) => {
    expect(accepts(GEMMA, schema, 'f{}')).toBe(true);
  });
});
