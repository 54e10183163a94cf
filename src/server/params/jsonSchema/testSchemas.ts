// Random schemas, values and texts from a seed, for tests against another validator.
import type { Automaton, State } from '../../../engine/grammar/automaton.ts';
import type { Ranges } from '../../../engine/grammar/grammar.ts';
import { intersects } from '../../../engine/grammar/ranges.ts';
import type { JsonObject } from '../../http/json.ts';

/** Pseudo-random numbers from 0 to 1 (exclusive); the seed determines the sequence. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

type Random = () => number;

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)];
}

const PATTERNS = ['^[a-c]+$', '[0-9]', '^x', 'z$', '^a$|^bc$', '^(ab|c*)*$', '^\\S+$', '^[^a]*$', '(?<n>a)b'];
const FORMATS = ['date', 'time', 'date-time', 'uuid', 'email', 'ipv4', 'ipv6', 'hostname', 'uri', 'duration'];
const TEXTS = ['', 'a', 'b', 'c', 'ab', 'bc', 'abc', 'x1', 'xyz', '12', 'é"', '2024-02-29', 'a\nb'];
const NUMBERS = [-7, -2, -1, 0, 1, 2, 3, 4, 5, 6, 10, 12, 25, 100, 0.5, 2.5, -1.25];
const NAMES = ['a', 'b', 'c'];
const TYPES = ['string', 'integer', 'number', 'array', 'object'] as const;
type Type = (typeof TYPES)[number];

/** One or two keywords about values of a type. */
function keyword(random: Random, type: Type): JsonObject {
  const count = () => Math.floor(random() * 4);
  switch (type) {
    case 'string':
      return pick(random, [
        () => ({ minLength: count() }),
        () => ({ maxLength: count() + 1 }),
        () => ({ pattern: pick(random, PATTERNS) }),
        () => ({ pattern: pick(random, PATTERNS) }),
        () => ({ format: pick(random, FORMATS) }),
        () => ({ enum: [pick(random, TEXTS), pick(random, TEXTS), pick(random, TEXTS), 1] }),
      ])();
    case 'integer':
    case 'number':
      return pick(random, [
        () => ({ minimum: pick(random, NUMBERS) }),
        () => ({ maximum: pick(random, NUMBERS) }),
        () => ({ exclusiveMinimum: pick(random, NUMBERS) }),
        () => ({ exclusiveMaximum: pick(random, NUMBERS) }),
        () => ({ multipleOf: pick(random, [1, 2, 3, 5, 7, 10, 0.5, 12]) }),
        () => ({ enum: [pick(random, NUMBERS), pick(random, NUMBERS), pick(random, NUMBERS), 'a'] }),
      ])();
    case 'array':
      return pick(random, [
        () => ({ items: leaf(random) }),
        () => ({ items: { enum: ['a', 'b', 3] } }),
        () => ({ prefixItems: [leaf(random), leaf(random)] }),
        () => ({ minItems: count() }),
        () => ({ maxItems: count() + 1 }),
        () => ({ uniqueItems: true, items: { enum: [1, 2, 'a'] } }),
        () => ({ contains: leaf(random) }),
        () => ({ contains: leaf(random), maxContains: 1 + count() }),
      ])();
    case 'object':
      return pick(random, [
        () => ({ properties: { a: leaf(random), b: leaf(random) } }),
        () => ({
          properties: { a: leaf(random), b: leaf(random), c: random() < 0.3 ? false : leaf(random) },
        }),
        () => ({ required: [pick(random, NAMES)] }),
        () => ({
          required: [pick(random, NAMES), pick(random, NAMES)].filter(
            (name, i, all) => all.indexOf(name) === i,
          ),
        }),
        () => ({ additionalProperties: random() < 0.4 ? false : leaf(random) }),
        () => ({ additionalProperties: { not: {} } }),
        () => ({ patternProperties: { [pick(random, ['^x', 'a', '[0-9]$'])]: leaf(random) } }),
        () => ({ minProperties: 1 + (random() < 0.2 ? 1 : 0) }),
        () => ({ maxProperties: 1 + count() }),
        () => ({
          propertyNames: pick(random, [{ pattern: '^[a-c]' }, { maxLength: 2 }, { enum: ['a', 'b'] }]),
        }),
        () => ({ dependentRequired: { a: ['b'] } }),
      ])();
  }
}

/** Builds a small schema. */
function leaf(random: Random): unknown {
  return pick(random, [
    () => ({ type: 'string' }),
    () => ({ type: 'integer', ...keyword(random, 'integer') }),
    () => ({ type: 'string', ...keyword(random, 'string') }),
    () => ({ const: pick<unknown>(random, ['a', 1, null, true]) }),
    () => ({ type: ['boolean', 'null'] }),
    () => ({ type: 'array', items: { type: 'boolean' } }),
    () => true,
  ])();
}

/** Builds a keyword that combines schemas about the type. */
function joined(random: Random, type: Type): JsonObject {
  const part = () => keyword(random, type);
  return pick(random, [
    () => ({ allOf: [part(), part()] }),
    () => ({ anyOf: [part(), part()] }),
    () => ({ oneOf: [part(), part()] }),
    () => ({ not: part() }),
    () => Object.fromEntries(['if', 'then', 'else'].map(key => [key, part()])),
    () => ({ $ref: '#/$defs/part' }),
    () => ({ type: [type, 'null'] }),
    () => ({ type, nullable: true }),
  ])();
}

/** Builds a schema that has a node with two or three constraints. */
export function randomSchema(seed: number): JsonObject {
  const random = randomNumbers(seed);
  const type = pick(random, TYPES);
  const first = keyword(random, type);
  const second = random() < 0.5 ? keyword(random, type) : joined(random, type);
  const third = random() < 0.3 ? keyword(random, type) : {};
  const isClashing = Object.keys(second).some(key => Object.hasOwn(first, key));
  const node = {
    type,
    ...first,
    ...(isClashing ? { allOf: [second] } : second),
    ...(Object.keys(third).some(key => Object.hasOwn(first, key) || Object.hasOwn(second, key)) ? {} : third),
  };
  const $defs = { part: { type, ...keyword(random, type) }, node };
  return pick(random, [
    () => ({ ...node, $defs }),
    () => ({
      type: 'object',
      properties: { it: node },
      required: ['it'],
      additionalProperties: false,
      $defs,
    }),
    () => ({ type: 'array', items: node, maxItems: 3, $defs }),
    () => ({ anyOf: [node, { const: 'other' }], $defs }),
    () => ({ type: 'object', properties: { it: { $ref: '#/$defs/node' } }, required: ['it'], $defs }),
  ])();
}

const ENDS = ['"', '}', ']'].map(char => char.charCodeAt(0));
const PLAIN = [...'abcxyz0123456789 -.:T@Z{["é'].map(char => char.codePointAt(0) ?? 0);
const MAX_CHARS = 300;

/** Derives a random text from a grammar, with a preference for short texts; null if the derivation does not end. */
export function randomText(automaton: Automaton, seed: number): string | null {
  const random = randomNumbers(seed);
  let text = '';
  let state = automaton.start;
  for (let i = 0; i < MAX_CHARS; i++) {
    const { isFinal, branches } = state;
    if (branches.length === 0 || (isFinal && random() < 0.6)) return text;
    const likely = pick(random, random() < 0.35 ? ENDS : PLAIN);
    const char = branches.some(({ ranges }) => intersects(ranges, likely, likely))
      ? likely
      : anyOf(random, branches);
    const next = automaton.next(state, char);
    if (next === null) return null;
    text += String.fromCodePoint(char);
    state = next;
  }
  return null;
}

/** True if a grammar derives `text`. */
export function accepts(automaton: Automaton, text: string): boolean {
  let state: State | null = automaton.start;
  for (const char of text) state = state && automaton.next(state, char.codePointAt(0) ?? 0);
  return state?.isFinal === true;
}

function anyOf(random: Random, branches: readonly { readonly ranges: Ranges }[]): number {
  const { ranges } = pick(random, branches);
  const i = 2 * Math.floor(random() * (ranges.length / 2));
  const codePoint = ranges[i] + Math.floor(random() * (ranges[i + 1] - ranges[i] + 1));
  // Surrogates are not characters of a text.
  return codePoint >= 0xd800 && codePoint < 0xe000 ? ranges[i] : codePoint;
}

/** Builds a value that may fit a schema of `randomSchema`, with properties in the schema's order. */
export function randomValue(random: Random, depth = 0): unknown {
  const kind = random();
  if (kind < 0.3) return pick(random, TEXTS);
  if (kind < 0.6) return pick(random, NUMBERS);
  if (kind < 0.7 || depth > 1) return pick<unknown>(random, [true, false, null]);
  const n = Math.floor(random() * 4);
  if (kind < 0.85) return Array.from({ length: n }, () => randomValue(random, depth + 1));
  const names = (depth === 0 && random() < 0.4 ? ['it'] : NAMES).filter(() => random() < 0.7);
  return Object.fromEntries(names.map(name => [name, randomValue(random, depth + 1)]));
}
