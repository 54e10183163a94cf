import { Environment } from '@huggingface/jinja';

/** A value while a template runs. The library exports none of its classes, but makes them of JavaScript's values. */
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

/** Whether the value has members: a mapping, or a namespace. */
export function isMap(value: Value): value is MapValue {
  return value.value instanceof Map;
}

export function isUndefined(value: Value): boolean {
  return value.type === 'UndefinedValue';
}

export function isNone(value: Value): boolean {
  return value.type === 'NullValue';
}

/** Whether the value is the names and values of a call, behind its other arguments. */
export function isKeywords(value: Value): value is MapValue {
  return value.type === 'KeywordArgumentsValue';
}

function isFunction(value: Value): value is FunctionValue {
  return typeof value.value === 'function';
}

/** The number of a number, or of true and false, which count as 1 and 0; null for any other value. */
export function numberOf(value: Value): number | null {
  if (isNumber(value)) return value.value;
  return typeof value.value === 'boolean' ? Number(value.value) : null;
}

/** JSON's values and undefined; whole numbers are integers. */
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

/** A mapping of keys and values in turn. */
export function mapOfPairs(pairs: readonly Value[]): Value {
  const entries = new Map<string, Value>();
  for (let i = 0; i + 1 < pairs.length; i += 2) entries.set(keyOf(pairs[i]), pairs[i + 1]);
  return mapOf(entries);
}

/** The value as a key: a text or a number, of which the library's types have texts alone. */
export function keyOf(value: Value): string {
  if (isText(value)) return value.value;
  if (isNumber(value)) return value.value as unknown as string;
  throw new Error(`${value.type} cannot be a key`);
}

/** What a loop over the value meets: of a mapping its keys, of a text its characters, of what is not there nothing. */
export function itemsOf(value: Value): readonly Value[] {
  if (isList(value)) return value.value;
  if (isMap(value)) return Array.from(value.value.keys(), toValue);
  if (isText(value)) return Array.from(value.value, toValue);
  if (isUndefined(value)) return [];
  throw new Error(`${value.type} is not iterable`);
}

/** `holder[key]`: an item, or else what the library has of that name, such as `items`. */
export function itemOf(holder: Value, key: Value): Value {
  const undefinedValue = toValue(undefined);
  if (isMap(holder) && holder.value.has(keyOf(key))) return holder.value.get(keyOf(key)) ?? undefinedValue;
  if (isText(key)) return holder.builtins.get(key.value) ?? undefinedValue;
  if (!isNumber(key)) return undefinedValue;
  if (isList(holder)) return holder.value.at(key.value) ?? undefinedValue;
  return isText(holder) ? toValue(holder.value.at(key.value)) : undefinedValue;
}

/** The member under a path such as `a.b.0`. */
export function memberOf(value: Value, path: string): Value {
  return path.split('.').reduce((holder, key) => {
    const found = isMap(holder) ? holder.value.get(key) : isList(holder) ? holder.value[Number(key)] : null;
    return found ?? toValue(undefined);
  }, value);
}
