import { Environment } from '@huggingface/jinja';

/** Runtime value of a template. The library exports none of its value classes; it creates them from JavaScript values. */
export type Value = ReturnType<Environment['lookupVariable']>;
export type TextValue = Extract<Value, { value: string }>;
export type NumberValue = Extract<Value, { value: number }>;
export type ListValue = Extract<Value, { value: Value[] }>;
export type MapValue = Extract<Value, { value: Map<string, Value> }>;
export type FunctionValue = Extract<Value, { value: (args: Value[], scope: Environment) => Value }>;

export function isText(value: Value): value is TextValue {
  return typeof value.value === 'string';
}

export function isNumber(value: Value): value is NumberValue {
  return typeof value.value === 'number';
}

export function isFloat(value: Value): boolean {
  return value.type === 'FloatValue';
}

export function isList(value: Value): value is ListValue {
  return Array.isArray(value.value);
}

/** True if the value has members: a mapping or a namespace. */
export function isMap(value: Value): value is MapValue {
  return value.value instanceof Map;
}

export function isUndefined(value: Value): boolean {
  return value.type === 'UndefinedValue';
}

export function isNone(value: Value): boolean {
  return value.type === 'NullValue';
}

/** True if the value holds the named arguments of a call, which come last in its argument list. */
export function isKeywords(value: Value): value is MapValue {
  return value.type === 'KeywordArgumentsValue';
}

function isFunction(value: Value): value is FunctionValue {
  return typeof value.value === 'function';
}

/** Numeric value of a number or a boolean (1 and 0); null for other values. */
export function numberOf(value: Value): number | null {
  if (isNumber(value)) return value.value;
  return typeof value.value === 'boolean' ? Number(value.value) : null;
}

/** Converts a JSON value or undefined. Whole numbers become integers. */
export function toValue(value: unknown): Value {
  return new Environment().set('value', value);
}

export function floatOf(number: number): Value {
  const float = toValue(0.5);
  if (isNumber(float)) float.value = number;
  return float;
}

export function listOf(items: readonly Value[]): Value {
  const list = toValue([]);
  if (isList(list)) list.value = [...items];
  return list;
}

export function mapOf(entries: ReadonlyMap<string, Value>): Value {
  const map = toValue({});
  if (isMap(map)) map.value = new Map(entries);
  return map;
}

export function functionOf(run: FunctionValue['value']): Value {
  const callable = toValue(() => null);
  if (isFunction(callable)) callable.value = run;
  return callable;
}

/** Builds a mapping from alternating keys and values. */
export function mapOfPairs(pairs: readonly Value[]): Value {
  const entries = new Map<string, Value>();
  for (let i = 0; i + 1 < pairs.length; i += 2) entries.set(keyOf(pairs[i]), pairs[i + 1]);
  return mapOf(entries);
}

/** Converts a value to a mapping key. Python's keys may be texts or numbers; the library's are texts only. */
export function keyOf(value: Value): string {
  if (isText(value)) return value.value;
  if (isNumber(value)) return value.value as unknown as string;
  throw new Error(`${value.type} cannot be a key`);
}

/** Items of a loop over the value: the keys of a mapping, the characters of a text, no items for undefined. */
export function itemsOf(value: Value): readonly Value[] {
  if (isList(value)) return value.value;
  if (isMap(value)) return Array.from(value.value.keys(), toValue);
  if (isText(value)) return Array.from(value.value, toValue);
  if (isUndefined(value)) return [];
  throw new Error(`${value.type} is not iterable`);
}

/** Evaluates `holder[key]`: the item, or else the library's member of that name, such as `items`. */
export function itemOf(holder: Value, key: Value): Value {
  const undefinedValue = toValue(undefined);
  if (isMap(holder) && holder.value.has(keyOf(key))) return holder.value.get(keyOf(key)) ?? undefinedValue;
  if (isText(key)) return holder.builtins.get(key.value) ?? undefinedValue;
  if (!isNumber(key)) return undefinedValue;
  if (isList(holder)) return holder.value.at(key.value) ?? undefinedValue;
  return isText(holder) ? toValue(holder.value.at(key.value)) : undefinedValue;
}

/** Member at a path such as `a.b.0`. */
export function memberOf(value: Value, path: string): Value {
  return path.split('.').reduce((holder, key) => {
    const found = isMap(holder) ? holder.value.get(key) : isList(holder) ? holder.value[Number(key)] : null;
    return found ?? toValue(undefined);
  }, value);
}
