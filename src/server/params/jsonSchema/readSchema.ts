import { isJsonObject } from '../../http/json.ts';
import { schemaError } from './errors.ts';
import {
  ALWAYS,
  type Demand,
  type Formula,
  fits,
  NEVER,
  type Place,
  VALUE_TYPES,
  type ValueType,
} from './formula.ts';
import { Keywords } from './keywords.ts';
import { not } from './negation.ts';
import { ANY_COUNT } from './notation.ts';

/** Resolves a `$ref` at a path; null if the reference is to be ignored. */
export type Resolve = (ref: string, path: string) => Place | null;

/** Reads keywords that belong together; returns null if they demand nothing. */
interface Reader {
  readonly keywords: readonly string[];
  readonly read: (schema: Keywords, resolve: Resolve) => Formula | null;
}

const TYPE_NAMES: Readonly<Record<string, readonly ValueType[]>> = {
  null: ['null'],
  boolean: ['boolean'],
  integer: ['integer'],
  number: ['integer', 'fraction'],
  string: ['string'],
  array: ['array'],
  object: ['object'],
};
const INT32 = 2 ** 31;

/** All supported keywords of JSON Schema 2020-12, of older drafts and of OpenAPI. Other keywords are ignored. */
const READERS: readonly Reader[] = [
  { keywords: ['type'], read: readType },
  { keywords: ['const'], read: readConst },
  { keywords: ['enum'], read: readEnum },
  { keywords: ['minimum', 'exclusiveMinimum'], read: schema => readBound(schema, 'min') },
  { keywords: ['maximum', 'exclusiveMaximum'], read: schema => readBound(schema, 'max') },
  { keywords: ['multipleOf'], read: readMultiple },
  { keywords: ['minLength', 'maxLength'], read: schema => readCount(schema, 'length', 'Length') },
  { keywords: ['pattern'], read: readPattern },
  { keywords: ['format'], read: readFormat },
  { keywords: ['minItems', 'maxItems'], read: schema => readCount(schema, 'count', 'Items') },
  { keywords: ['items', 'prefixItems', 'additionalItems'], read: readItems },
  { keywords: ['uniqueItems'], read: readUnique },
  { keywords: ['contains'], read: readContains },
  { keywords: ['properties', 'patternProperties', 'additionalProperties'], read: readMembers },
  { keywords: ['required'], read: readRequired },
  { keywords: ['minProperties', 'maxProperties'], read: schema => readCount(schema, 'size', 'Properties') },
  { keywords: ['propertyNames'], read: readNames },
  { keywords: ['dependentRequired', 'dependentSchemas', 'dependencies'], read: readDependencies },
  { keywords: ['$ref'], read: (schema, resolve) => readRef(schema, '$ref', resolve) },
  { keywords: ['$dynamicRef'], read: (schema, resolve) => readRef(schema, '$dynamicRef', resolve) },
  { keywords: ['$recursiveRef'], read: (schema, resolve) => readRef(schema, '$recursiveRef', resolve) },
  { keywords: ['allOf'], read: schema => and(schema.schemas('allOf').map(fits)) },
  { keywords: ['anyOf'], read: readAnyOf },
  { keywords: ['oneOf'], read: readOneOf },
  { keywords: ['not'], read: readNot },
  { keywords: ['if'], read: readIf },
];

/**
 * Reads the demands of a schema: all keywords apply at once, in the order in which the schema has them. Source: JSON Schema
 * 2020-12, Core §10 and §11, Validation §6.
 *
 * Throws `invalid_request` with the path of a malformed keyword.
 */
export function readSchema({ json, path }: Place, resolve: Resolve): Formula {
  if (typeof json === 'boolean') return json ? ALWAYS : NEVER;
  if (!isJsonObject(json)) throw schemaError(path, 'schema must be an object or a boolean');
  const schema = new Keywords(json, path);
  const present = READERS.map(reader => ({ reader, index: schema.indexOf(reader.keywords) }))
    .filter(({ index }) => index < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.index - b.index);
  const parts = present.flatMap(({ reader }) => reader.read(schema, resolve) ?? []);
  const all = withUnevaluated(schema, and(parts));
  // OpenAPI 3.0's `nullable` extends a `type` beside it, see `readType`.
  const isNullable = schema.get('nullable') === true && !schema.has('type');
  return isNullable ? { kind: 'or', parts: [say(schema, 'nullable', NULL), all] } : all;
}

const NULL: Demand = { kind: 'types', types: ['null'] };

function and(parts: readonly Formula[]): Formula {
  return parts.length === 1 ? parts[0] : { kind: 'and', parts };
}

function say({ path }: Keywords, keyword: string, demand: Demand): Formula {
  return { kind: 'constraint', constraint: { ...demand, keyword, path } };
}

function typesOfSchema(schema: Keywords): ValueType[] | null {
  const type = schema.get('type');
  if (type === undefined || (Array.isArray(type) && type.length === 0)) return null;
  const names = Array.isArray(type) ? type : [type];
  const types = names.flatMap(name => {
    if (typeof name !== 'string') throw schema.error('type must be a string or an array of strings');
    if (!Object.hasOwn(TYPE_NAMES, name)) throw schema.error(`unrecognized type ${name}`);
    return TYPE_NAMES[name];
  });
  return schema.get('nullable') === true ? [...types, 'null'] : types;
}

function readType(schema: Keywords): Formula | null {
  const types = typesOfSchema(schema);
  return (
    types && say(schema, 'type', { kind: 'types', types: VALUE_TYPES.filter(type => types.includes(type)) })
  );
}

/** If the type is not null, a `const` of null is a keyword that was not set. */
function readConst(schema: Keywords): Formula | null {
  const { const: value } = schema.json;
  if (value === undefined || (value === null && typesOfSchema(schema)?.includes('null') === false))
    return null;
  return say(schema, 'const', { kind: 'values', values: [value] });
}

function readEnum(schema: Keywords): Formula | null {
  const values = schema.get('enum');
  if (!Array.isArray(values)) throw schema.error('enum must be an array');
  return values.length === 0 ? null : say(schema, 'enum', { kind: 'values', values });
}

/** In draft 4 `exclusiveMinimum` is a boolean that modifies `minimum`. */
function readBound(schema: Keywords, side: 'min' | 'max'): Formula | null {
  const [inclusive, exclusive] =
    side === 'min' ? ['minimum', 'exclusiveMinimum'] : ['maximum', 'exclusiveMaximum'];
  const isDraft4 = typeof schema.get(exclusive) === 'boolean';
  const bounds = [
    { keyword: inclusive, isExclusive: isDraft4 && schema.get(exclusive) === true },
    ...(isDraft4 ? [] : [{ keyword: exclusive, isExclusive: true }]),
  ];
  return and(
    bounds.flatMap(({ keyword, isExclusive }) => {
      const value = schema.number(keyword);
      return value === null ? [] : say(schema, keyword, { kind: 'bound', side, value, isExclusive });
    }),
  );
}

function readMultiple(schema: Keywords): Formula | null {
  const of = schema.number('multipleOf');
  if (of !== null && of <= 0) throw schema.error('multipleOf must be greater than 0');
  return of === null ? null : say(schema, 'multipleOf', { kind: 'multiple', of });
}

function readCount(schema: Keywords, kind: 'length' | 'count' | 'size', of: string): Formula {
  const [minKey, maxKey] = [`min${of}`, `max${of}`];
  const count = {
    min: schema.count(minKey, ANY_COUNT.min),
    max: schema.count(maxKey, ANY_COUNT.max),
  };
  return say(schema, schema.has(maxKey) ? maxKey : minKey, { kind, count });
}

function readPattern(schema: Keywords): Formula | null {
  const pattern = schema.string('pattern');
  return pattern === null ? null : say(schema, 'pattern', { kind: 'pattern', pattern });
}

function readFormat(schema: Keywords): Formula | null {
  const format = schema.string('format');
  if (format === null) return null;
  if (format !== 'int32') return say(schema, 'format', { kind: 'format', format });
  // A number format of OpenAPI. The wider formats have no bounds that a JavaScript number could exceed.
  return and([
    say(schema, 'format', { kind: 'multiple', of: 1 }),
    say(schema, 'format', { kind: 'bound', side: 'min', value: -INT32, isExclusive: false }),
    say(schema, 'format', { kind: 'bound', side: 'max', value: INT32, isExclusive: true }),
  ]);
}

/** Before 2020-12, `items` could be a list, now `prefixItems`, and `additionalItems` was the schema of the other items. */
function readItems(schema: Keywords): Formula {
  const isOld = Array.isArray(schema.get('items'));
  const prefix = schema.schemas(isOld ? 'items' : 'prefixItems');
  const rest = schema.schema(isOld ? 'additionalItems' : 'items');
  const keyword = isOld || schema.has('items') ? 'items' : 'prefixItems';
  return say(schema, keyword, { kind: 'items', prefix, rest });
}

function readUnique(schema: Keywords): Formula | null {
  return schema.get('uniqueItems') === true ? say(schema, 'uniqueItems', { kind: 'unique' }) : null;
}

function readContains(schema: Keywords): Formula | null {
  const place = schema.schema('contains');
  const count = { min: schema.count('minContains', 1), max: schema.count('maxContains', ANY_COUNT.max) };
  return place && say(schema, 'contains', { kind: 'contains', place, count });
}

function readMembers(schema: Keywords): Formula {
  return say(schema, schema.has('properties') ? 'properties' : 'additionalProperties', {
    kind: 'members',
    properties: schema.named('properties'),
    patterns: schema.named('patternProperties'),
    additional: schema.schema('additionalProperties'),
    isList: schema.has('properties'),
  });
}

/** In draft 3 `required` was a boolean on the property itself; it does not restrict the property's value. */
function readRequired(schema: Keywords): Formula | null {
  const names = schema.get('required');
  if (typeof names === 'boolean') return null;
  if (!Array.isArray(names) || !names.every(name => typeof name === 'string')) {
    throw schema.error('required must be an array of strings');
  }
  return and(names.map(name => say(schema, 'required', { kind: 'required', name })));
}

function readNames(schema: Keywords): Formula | null {
  const place = schema.schema('propertyNames');
  return place && say(schema, 'propertyNames', { kind: 'names', place });
}

/** Demands that apply if a property is present. In older drafts `dependencies` has both kinds. */
function readDependencies(schema: Keywords): Formula {
  const parts = ['dependentRequired', 'dependentSchemas', 'dependencies'].flatMap(keyword =>
    schema.entries(keyword).map(([name, value]): Formula => {
      const present = Array.isArray(value)
        ? and(value.map(each => say(schema, keyword, { kind: 'required', name: String(each) })))
        : fits(schema.place(value, keyword, name));
      return { kind: 'or', parts: [say(schema, keyword, { kind: 'absent', name }), present] };
    }),
  );
  return and(parts);
}

function readRef(schema: Keywords, keyword: string, resolve: Resolve): Formula | null {
  const ref = schema.string(keyword);
  const target = ref === null ? null : resolve(ref, schema.path);
  return target && fits(target);
}

function readAnyOf(schema: Keywords): Formula | null {
  const places = schema.schemas('anyOf');
  return places.length === 0 ? null : { kind: 'or', parts: places.map(fits) };
}

function readOneOf(schema: Keywords): Formula | null {
  const places = schema.schemas('oneOf');
  return places.length === 0 ? null : { kind: 'oneOf', places, isNegated: false };
}

function readNot(schema: Keywords): Formula | null {
  const place = schema.schema('not');
  return place && not(fits(place));
}

function readIf(schema: Keywords): Formula | null {
  const place = schema.schema('if');
  const [then, otherwise] = [schema.schema('then'), schema.schema('else')];
  if (place === null || (then === null && otherwise === null)) return null;
  const holds = fits(place);
  return {
    kind: 'or',
    parts: [
      and([holds, ...(then ? [fits(then)] : [])]),
      and([not(holds), ...(otherwise ? [fits(otherwise)] : [])]),
    ],
  };
}

function withUnevaluated(schema: Keywords, all: Formula): Formula {
  const kinds = [
    ['unevaluatedProperties', 'object'],
    ['unevaluatedItems', 'array'],
  ] as const;
  const rest = kinds.flatMap(([keyword, of]) => {
    const place = schema.schema(keyword);
    return place ? say(schema, keyword, { kind: 'unevaluated', of, place, scope: schema.path }) : [];
  });
  return rest.length === 0 ? all : and([{ kind: 'scope', path: schema.path, part: all }, ...rest]);
}
