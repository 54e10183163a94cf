import { percentFormat } from './format.ts';
import { textOf } from './text.ts';
import {
  floatOf,
  isFloat,
  isList,
  isMap,
  isText,
  isUndefined,
  listOf,
  numberOf,
  toValue,
  type Value,
} from './values.ts';

/** Python's `==`: numbers compare by value, lists and mappings by content. */
export function isEqual(a: Value, b: Value): boolean {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null || y !== null) return x === y;
  if (isList(a) && isList(b)) {
    const others = b.value;
    return a.value.length === others.length && a.value.every((item, i) => isEqual(item, others[i]));
  }
  if (isMap(a) && isMap(b)) {
    const others = b.value;
    return (
      a.value.size === others.size &&
      [...a.value].every(([key, item]) => isEqual(item, others.get(key) ?? toValue(undefined)))
    );
  }
  return a.type === b.type && a.value === b.value;
}

/** Compares two values: negative if `a` comes first, positive if `b` does. Throws if the values have no order. */
export function compared(a: Value, b: Value): number {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== null && y !== null) return x - y;
  if (isText(a) && isText(b)) return a.value < b.value ? -1 : Number(a.value > b.value);
  if (isList(a) && isList(b)) {
    const others = b.value;
    const at = a.value.findIndex((item, i) => i >= others.length || !isEqual(item, others[i]));
    if (at < 0) return a.value.length - others.length;
    return at < others.length ? compared(a.value[at], others[at]) : 1;
  }
  throw new Error(`${a.type} and ${b.type} have no order`);
}

export function isIn(item: Value, holder: Value): boolean {
  if (isList(holder)) return holder.value.some(other => isEqual(item, other));
  if (isMap(holder)) return isText(item) && holder.value.has(item.value);
  if (isText(holder) && isText(item)) return holder.value.includes(item.value);
  if (isUndefined(holder)) return false;
  throw new Error(`${item.type} cannot be in ${holder.type}`);
}

function remainder(a: Value, b: Value): Value {
  if (isText(a)) {
    if (isMap(b)) return toValue(percentFormat(a.value, [], b.value));
    return toValue(percentFormat(a.value, b.type === 'TupleValue' && isList(b) ? b.value : [b], new Map()));
  }
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === null || y === null) throw new Error(`${a.type} % ${b.type} is nothing`);
  if (y === 0) throw new Error('a remainder by zero is nothing');
  // The result has the sign of the divisor, as in Python.
  const result = ((x % y) + y) % y;
  return isFloat(a) || isFloat(b) ? floatOf(result) : toValue(result);
}

/** Adds two texts, two lists or two numbers. Python cannot add a number or a list to a text. */
function sum(a: Value, b: Value): Value {
  if (isText(a) && isText(b)) return toValue(a.value + b.value);
  if (isList(a) && isList(b)) return listOf([...a.value, ...b.value]);
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === null || y === null) throw new Error(`${a.type} + ${b.type} is nothing`);
  return isFloat(a) || isFloat(b) ? floatOf(x + y) : toValue(x + y);
}

/** Operators with Python's semantics; the library's compare as JavaScript does. */
export const OPERATORS: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
  '+': sum,
  '~': (a, b) => toValue(textOf(a) + textOf(b)),
  '%': remainder,
  '==': (a, b) => toValue(isEqual(a, b)),
  '!=': (a, b) => toValue(!isEqual(a, b)),
  '<': (a, b) => toValue(compared(a, b) < 0),
  '<=': (a, b) => toValue(compared(a, b) <= 0),
  '>': (a, b) => toValue(compared(a, b) > 0),
  '>=': (a, b) => toValue(compared(a, b) >= 0),
  in: (a, b) => toValue(isIn(a, b)),
  'not in': (a, b) => toValue(!isIn(a, b)),
};

/** Operators that chain: `a < b < c` means `a < b and b < c`. */
export const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'];
