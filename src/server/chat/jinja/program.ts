import { parse, tokenize } from '@huggingface/jinja';
import { FILTERS } from './filters.ts';
import { COMPARISONS, OPERATORS } from './operators.ts';
import { withoutRawBlocks } from './raw.ts';
import { GROUP, markGroups, testsAsFilters } from './tokens.ts';

export type Program = ReturnType<typeof parse>;

/** Functions that every program calls; no template can name them. Operators go by their own signs. */
export const PRINT = '{{';
export const FILTER = '|';
export const LOOP = 'for';
export const ITEM = '[]';
export const MAPPING = '{}';

/** Part of a program. The library exports no classes of these, but goes by their types. */
interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

const STATEMENTS: readonly string[] = [
  ...['Set', 'If', 'For', 'Macro', 'CallStatement', 'FilterStatement', 'Break', 'Continue', 'Comment'],
  // A text between the tags, which is printed as it stands.
  'StringLiteral',
];

/**
 * A template as a program for the library's interpreter, in which functions of ours do what the library lacks or does as
 * JavaScript would: print, filter, test, compare and say what a loop is over. Throws where `source` is no template.
 */
export function parseTemplate(source: string): Program {
  const tokens = tokenize(withoutRawBlocks(source), { lstrip_blocks: true, trim_blocks: true });
  const program = parse(markGroups(testsAsFilters(tokens)));
  const body = printed(program.body.map(rewritten)) as Program['body'];
  return Object.assign(program, { body });
}

/** A list of statements, in which an expression prints its value. */
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

/** The same node with its parts rewritten. */
function withParts(node: Node): Node {
  const parts = Object.entries(node).map(([name, part]) => {
    const isBody =
      name === 'alternate' || name === 'defaultBlock' || (name === 'body' && Array.isArray(part));
    const done = rewritten(part);
    return [name, isBody && Array.isArray(done) ? printed(done) : done];
  });
  return like(node, Object.fromEntries(parts));
}

/** A filter of ours, or a test, as a call; one of the library's as it is. */
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

/** Whether the node is `a[b]`; a slice and `a.b` are left to the library. */
function isItem({ computed, property }: Node): boolean {
  return computed === true && isNode(property) && property.type !== 'SliceExpression';
}

/** A loop over the items of whatever it is over; behind `if` is which of them count. */
function looped(node: Node): Node {
  const { iterable } = node;
  if (!isNode(iterable) || iterable.type !== 'SelectExpression') {
    return like(node, { iterable: call(LOOP, [iterable]) });
  }
  return like(node, { iterable: like(iterable, { lhs: call(LOOP, [iterable.lhs]) }) });
}

/** Comparisons in a row hold two by two. */
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

/** The operator of an expression; '' for what is none. */
function signOf({ type, operator }: Node): string {
  return type === 'BinaryExpression' && isNode(operator) ? String(operator.value) : '';
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The library looks for variables in what has its own prototype. */
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
