import { parse, tokenize } from '@huggingface/jinja';
import { FILTERS } from './filters.ts';
import { COMPARISONS, OPERATORS } from './operators.ts';
import { withoutRawBlocks } from './raw.ts';
import { GROUP, markGroups, testsAsFilters } from './tokens.ts';

export type Program = ReturnType<typeof parse>;

/**
 * Names of the functions that rewritten programs call. No template can use these names. An operator's function is named by its
 * sign.
 */
export const PRINT = '{{';
export const FILTER = '|';
export const LOOP = 'for';
export const ITEM = '[]';
export const MAPPING = '{}';

/** Node of a syntax tree. The library does not export its node classes, so code here checks `type`. */
interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

const STATEMENTS: readonly string[] = [
  ...['Set', 'If', 'For', 'Macro', 'CallStatement', 'FilterStatement', 'Break', 'Continue', 'Comment'],
  // Text between tags is printed as it stands.
  'StringLiteral',
];

/**
 * Parses a template into a program for the library's interpreter. Printing, filters, tests, comparisons and loops become calls of
 * our functions, wherever the library lacks a feature or behaves like JavaScript. Throws if `source` is not a template.
 */
export function parseTemplate(source: string): Program {
  const tokens = tokenize(withoutRawBlocks(source), { lstrip_blocks: true, trim_blocks: true });
  const program = parse(markGroups(testsAsFilters(tokens)));
  const body = printed(program.body.map(rewritten)) as Program['body'];
  return Object.assign(program, { body });
}

/** Statements of a body; an expression among them becomes a call that prints its value. */
function printed(body: readonly unknown[]): unknown[] {
  return body.map(node => (isNode(node) && !STATEMENTS.includes(node.type) ? call(PRINT, [node]) : node));
}

function rewritten(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(rewritten);
  if (node instanceof Map)
    return new Map(Array.from(node, ([key, value]) => [rewritten(key), rewritten(value)]));
  if (!isNode(node)) return node;
  switch (node.type) {
    case 'FilterExpression':
      return filtered(node, node.operand);
    case 'FilterStatement':
      return filtered(node, like(node, { type: 'Program' }));
    case 'BinaryExpression':
      return operated(node);
    case 'For':
      return withParts(looped(node));
    case 'MemberExpression':
      return isItem(node) ? call(ITEM, [rewritten(node.object), rewritten(node.property)]) : withParts(node);
    case 'ObjectLiteral':
      return node.value instanceof Map ? call(MAPPING, [...node.value].flat().map(rewritten)) : node;
    default:
      return withParts(node);
  }
}

/** Copies a node with its parts rewritten. */
function withParts(node: Node): Node {
  const parts = Object.entries(node).map(([name, part]) => {
    const isBody =
      name === 'alternate' || name === 'defaultBlock' || (name === 'body' && Array.isArray(part));
    const done = rewritten(part);
    return [name, isBody && Array.isArray(done) ? printed(done) : done];
  });
  return like(node, Object.fromEntries(parts));
}

/** Rewrites our filters and all tests as calls; a filter of the library stays a filter. */
function filtered(node: Node, input: unknown): unknown {
  const { filter } = node;
  const { name, args } = signatureOf(filter);
  if (name === GROUP) return rewritten(input);
  if (!Object.hasOwn(FILTERS, name) && !/^is /.test(name)) return withParts(node);
  return call(FILTER, [literal(name), rewritten(input), ...args.map(rewritten)]);
}

function signatureOf(filter: unknown): { name: string; args: readonly unknown[] } {
  if (!isNode(filter)) return { name: '', args: [] };
  const { value, callee, args } = filter;
  const name = isNode(callee) ? callee.value : value;
  return { name: String(name), args: Array.isArray(args) ? args : [] };
}

/** True for `a[b]`. The library handles slices and `a.b`. */
function isItem({ computed, property }: Node): boolean {
  return computed === true && isNode(property) && property.type !== 'SliceExpression';
}

/** Rewrites what a loop iterates over, in front of its `if` filter, as a call that lists the items. */
function looped(node: Node): Node {
  const { iterable } = node;
  if (!isNode(iterable) || iterable.type !== 'SelectExpression') {
    return like(node, { iterable: call(LOOP, [iterable]) });
  }
  return like(node, { iterable: like(iterable, { lhs: call(LOOP, [iterable.lhs]) }) });
}

/** Rewrites a chain of comparisons as pairs joined by `and`. */
function operated(node: Node): unknown {
  const { left, right } = node;
  const sign = signOf(node);
  if (COMPARISONS.includes(sign) && isNode(left) && COMPARISONS.includes(signOf(left))) {
    const next = operated(like(node, { left: left.right }));
    return like(node, { operator: { type: 'Identifier', value: 'and' }, left: operated(left), right: next });
  }
  if (!Object.hasOwn(OPERATORS, sign)) return withParts(node);
  return call(sign, [rewritten(left), rewritten(right)]);
}

/** Operator of an expression; '' for other nodes. */
function signOf({ type, operator }: Node): string {
  return type === 'BinaryExpression' && isNode(operator) ? String(operator.value) : '';
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Copies a node with its prototype: the library looks for variables only in nodes that have its own. */
function like(node: object, members: object): Node {
  return Object.assign(Object.create(Object.getPrototypeOf(node)), node, members);
}

const PROTOTYPE = parse([]);

function call(name: string, args: readonly unknown[]): Node {
  const callee = like(PROTOTYPE, { type: 'Identifier', value: name });
  return like(PROTOTYPE, { type: 'CallExpression', callee, args });
}

function literal(value: string): Node {
  return like(PROTOTYPE, { type: 'StringLiteral', value });
}
