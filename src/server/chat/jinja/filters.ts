import { percentFormat } from './format.ts';
import { compared } from './operators.ts';
import { passes } from './tests.ts';
import { textOf } from './text.ts';
import {
  floatOf,
  isFloat,
  isMap,
  isNone,
  isText,
  isUndefined,
  itemOf,
  itemsOf,
  listOf,
  memberOf,
  numberOf,
  toValue,
  type Value,
} from './values.ts';

/** Arguments of a filter call, without its input. */
export interface FilterArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** Applies the filter `name`, ours or the library's. */
type Apply = (name: string, input: Value, args: FilterArguments) => Value;
type Filter = (input: Value, args: FilterArguments, apply: Apply) => Value;

/** Returns the argument at position `index`, or the one passed as `name`. */
function argument({ positional, named }: FilterArguments, index: number, name: string): Value | undefined {
  return positional[index] ?? named.get(name);
}

function textArgument(args: FilterArguments, index: number, name: string): string | null {
  const value = argument(args, index, name);
  return value === undefined || isNone(value) ? null : textOf(value);
}

const isTrue = (value: Value): boolean => value.__bool__().value;

const toLowerCase: Filter = input => toValue(textOf(input).toLowerCase());
const toUpperCase: Filter = input => toValue(textOf(input).toUpperCase());

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};
const escapeHtml: Filter = input =>
  toValue(textOf(input).replaceAll(/[&<>"']/g, char => ENTITIES[char] ?? char));

const byDefault: Filter = (input, args) => {
  const isEmpty = isTrue(argument(args, 1, 'boolean') ?? toValue(false)) && !isTrue(input);
  if (!isEmpty && !isUndefined(input)) return input;
  return argument(args, 0, 'default_value') ?? toValue('');
};

const length: Filter = input => toValue(itemsOf(input).length);

/** Items of `input`, or the `attribute` of each item. */
function picked(input: Value, attribute: string | null): readonly Value[] {
  const items = itemsOf(input);
  return attribute === null ? items : items.map(item => memberOf(item, attribute));
}

function sum(input: Value, args: FilterArguments): Value {
  const start = argument(args, 1, 'start') ?? toValue(0);
  const values = [start, ...picked(input, textArgument(args, 0, 'attribute'))];
  const numbers = values.map(value => {
    const number = numberOf(value);
    if (number === null) throw new Error(`sum needs numbers, not ${value.type}`);
    return number;
  });
  const total = numbers.reduce((a, b) => a + b, 0);
  return values.some(isFloat) ? floatOf(total) : toValue(total);
}

function extreme(input: Value, args: FilterArguments, sign: 1 | -1): Value {
  const attribute = textArgument(args, 1, 'attribute');
  const isCased = isTrue(argument(args, 0, 'case_sensitive') ?? toValue(false));
  const keyOf = (item: Value) => folded(attribute === null ? item : memberOf(item, attribute), isCased);
  const [first = toValue(undefined), ...others] = itemsOf(input);
  return others.reduce((best, item) => (sign * compared(keyOf(item), keyOf(best)) > 0 ? item : best), first);
}

/** Rounds like Python: half to even, and integers stay as they are. The methods `floor` and `ceil` do as their names say. */
function round(input: Value, args: FilterArguments): Value {
  const scale = 10 ** Number(argument(args, 0, 'precision')?.value ?? 0);
  const method = textArgument(args, 1, 'method') ?? 'common';
  const scaled = Number(numberOf(input)) * scale;
  if (method === 'floor') return floatOf(Math.floor(scaled) / scale);
  if (method === 'ceil') return floatOf(Math.ceil(scaled) / scale);
  if (!isFloat(input)) return input;
  const floor = Math.floor(scaled);
  const isHalf = scaled - floor === 0.5;
  return floatOf((isHalf ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(scaled)) / scale);
}

/** Strips the characters of `chars`, or white space if null, from both ends. */
function trimmed(text: string, chars: string | null): string {
  if (chars === null) return text.trim();
  const all = Array.from(text);
  const start = all.findIndex(char => !chars.includes(char));
  const end = all.findLastIndex(char => !chars.includes(char));
  return start < 0 ? '' : all.slice(start, end + 1).join('');
}

function capitalized(text: string): string {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('').toLowerCase();
}

/**
 * Maps items through a filter, given by name with its arguments, or to one of their attributes. As in Jinja2, a false input gives
 * an empty list.
 */
const map: Filter = (input, args, apply) => {
  if (!isTrue(input)) return listOf([]);
  const [name, ...positional] = args.positional;
  if (name !== undefined) {
    return listOf(itemsOf(input).map(item => apply(textOf(name), item, { positional, named: args.named })));
  }
  const attribute = textArgument(args, 0, 'attribute');
  if (attribute === null) throw new Error("map needs a filter's name or an attribute");
  const fallback = args.named.get('default');
  return listOf(
    picked(input, attribute).map(value => (isUndefined(value) && fallback !== undefined ? fallback : value)),
  );
};

/**
 * Builds `select`, `reject`, `selectattr` and `rejectattr`: keeps the items that pass a test (`wanted`) or fail it. `byAttribute`
 * tests an attribute of each item.
 */
function choosing(wanted: boolean, byAttribute: boolean): Filter {
  return (input, { positional }) => {
    if (!isTrue(input)) return listOf([]);
    const [attribute, [name, ...args]] = byAttribute
      ? [textOf(positional[0] ?? toValue('')), positional.slice(1)]
      : [null, positional];
    return listOf(
      itemsOf(input).filter(item => {
        const value = attribute === null ? item : memberOf(item, attribute);
        return (name === undefined ? isTrue(value) : passes(textOf(name), value, args)) === wanted;
      }),
    );
  };
}

/** Pairs of a mapping, sorted by key or by value. */
function dictsort(input: Value, args: FilterArguments): Value {
  const isCased = isTrue(argument(args, 0, 'case_sensitive') ?? toValue(false));
  const index = textArgument(args, 1, 'by') === 'value' ? 1 : 0;
  const sign = isTrue(argument(args, 2, 'reverse') ?? toValue(false)) ? -1 : 1;
  const pairs = itemsOf(input).map(key => [key, itemOf(input, key)]);
  const sorted = pairs.toSorted(
    (a, b) => sign * compared(folded(a[index], isCased), folded(b[index], isCased)),
  );
  return listOf(sorted.map(listOf));
}

/** Converts a text to lower case, unless `isCased`. */
function folded(value: Value, isCased: boolean): Value {
  return isCased || !isText(value) ? value : toValue(value.value.toLowerCase());
}

/** Filters of Jinja2 that the library lacks or that differ from Jinja2 there. */
export const FILTERS: Readonly<Record<string, Filter>> = {
  attr(input, args) {
    const name = textArgument(args, 0, 'name') ?? '';
    const own = isMap(input) ? input.value.get(name) : undefined;
    return own ?? input.builtins.get(name) ?? toValue(undefined);
  },
  capitalize: input => toValue(capitalized(textOf(input))),
  count: length,
  d: byDefault,
  default: byDefault,
  dictsort,
  e: escapeHtml,
  escape: escapeHtml,
  forceescape: escapeHtml,
  format: (input, { positional, named }) => toValue(percentFormat(textOf(input), positional, named)),
  join(input, args) {
    const items = picked(input, textArgument(args, 1, 'attribute'));
    return toValue(items.map(textOf).join(textArgument(args, 0, 'd') ?? ''));
  },
  length,
  list: input => listOf(itemsOf(input)),
  lower: toLowerCase,
  map,
  max: (input, args) => extreme(input, args, 1),
  min: (input, args) => extreme(input, args, -1),
  reject: choosing(false, false),
  rejectattr: choosing(false, true),
  round,
  select: choosing(true, false),
  selectattr: choosing(true, true),
  string: input => toValue(textOf(input)),
  sum,
  trim: (input, args) => toValue(trimmed(textOf(input), textArgument(args, 0, 'chars'))),
  upper: toUpperCase,
};
