import type { TSchema } from 'typebox';
import { Errors } from 'typebox/schema';

/** First problem of a value: its place, the expected value and the actual one. */
export interface Problem {
  /** Path in JavaScript notation: `conformance[3].status`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** Node of a schema, in its JSON form. */
interface Node {
  readonly [key: string]: unknown;
}

/** First problem of `value` against `schema`, or null. */
export function problemOf(schema: TSchema, value: unknown): Problem | null {
  return problemAt(schema, value, '');
}

function problemAt(schema: object, value: unknown, path: string): Problem | null {
  const [, [error]] = Errors(schema, value);
  if (!error) return null;
  const walk = error.schemaPath.split('/').slice(1);
  const union = walk.indexOf('anyOf');
  // Outside unions the error is complete.
  const steps = union === -1 ? walk : walk.slice(0, union);
  const place = descend(asNode(schema), value, path, steps, error.instancePath);
  if (union === -1) {
    const missing = requiredBy(error);
    if (missing === null) return problem(place.path, describe(place.schema), place.value);
    return {
      path: join(place.path, missing),
      expected: describe(asNode(propertiesOf(place.schema)[missing])),
      got: 'nothing',
    };
  }
  return problemInUnion(place.schema, place.value, place.path);
}

/** Picks the branch with the value's status and reports its problem, instead of "none fits". */
function problemInUnion(schema: Node, value: unknown, path: string): Problem {
  const branches = (schema.anyOf as readonly object[]).map(asNode);
  if (typeof value === 'object' && value !== null) {
    const tags = branches.map(branch => asNode(propertiesOf(branch).status));
    const status: unknown = 'status' in value ? value.status : undefined;
    const wanted = branches.find((_, i) => allowedBy(tags[i]).includes(status));
    const inside = wanted && problemAt(wanted, value, path);
    if (inside) return inside;
    const statuses = tags.flatMap(allowedBy);
    if (!wanted && statuses.length > 0) return problem(join(path, 'status'), list(statuses), status);
  }
  return problem(path, branches.map(describe).join(' or '), value);
}

/** Follows the path of an error through the schema and the value, and builds its description. */
function descend(schema: Node, value: unknown, path: string, steps: readonly string[], instancePath: string) {
  const keys = instancePath.split('/').slice(1).map(unescaped);
  const place = { schema, value, path };
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    place.schema = asNode(place.schema[step]);
    if (step === 'properties' || step === 'patternProperties') {
      i++;
      place.schema = asNode(place.schema[unescaped(steps[i])]);
    }
    const key = keys.shift() ?? '';
    place.value = (place.value as Record<string, unknown>)[key];
    place.path = step === 'items' ? `${place.path}[${key}]` : join(place.path, key);
  }
  return place;
}

function requiredBy({
  keyword,
  params,
}: {
  readonly keyword: string;
  readonly params: object;
}): string | null {
  if (keyword !== 'required' || !('requiredProperties' in params)) return null;
  return String((params.requiredProperties as readonly string[])[0]);
}

/** Describes the values that a schema accepts. */
function describe(schema: Node): string {
  const allowed = allowedBy(schema);
  if (allowed.length > 0) return list(allowed);
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(asNode).map(describe).join(' or ');
  const bounds = [
    bound(schema.minimum, 'at least'),
    bound(schema.exclusiveMinimum, 'more than'),
    bound(schema.maximum, 'at most'),
    bound(schema.minLength ?? schema.minItems, 'at least', 'long'),
    bound(schema.maxLength ?? schema.maxItems ?? schema.maxProperties, 'at most', 'long'),
    schema.pattern === undefined ? '' : `like ${String(schema.pattern)}`,
  ].filter(text => text !== '');
  return [String(schema.type ?? 'anything'), ...bounds].join(', ');
}

function bound(value: unknown, words: string, unit = ''): string {
  return typeof value === 'number' ? `${words} ${value} ${unit}`.trim() : '';
}

function problem(path: string, expected: string, value: unknown): Problem {
  return { path: path || 'the report', expected, got: shown(value) };
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}

function allowedBy(schema: Node): readonly unknown[] {
  if ('const' in schema) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : [];
}

function list(values: readonly unknown[]): string {
  return values.map(value => JSON.stringify(value)).join(' or ');
}

function propertiesOf(schema: Node): Node {
  return asNode(schema.properties);
}

function asNode(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
