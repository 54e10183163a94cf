/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The members of an object that say something: null is absent, as clients write out what they were not given. Nothing where
 * `value` is no object. Whatever reads an object of a request reads it through this; schemas, arguments of calls and
 * variables of templates are data, in which null is a value.
 */
export function presentFields(value: unknown): JsonObject {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

export function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}

/** The type of a JSON value, in the words of llama-server's error messages. */
export function jsonTypeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
