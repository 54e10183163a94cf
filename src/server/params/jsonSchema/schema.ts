/** What a JSON value is to look like: a JSON schema, checked and reduced to what a grammar can say. */
export type Schema =
  | { readonly kind: 'any' | 'boolean' | 'null' | 'number' }
  /** Key into `SchemaDocument.definitions`. */
  | { readonly kind: 'ref'; readonly ref: string }
  | { readonly kind: 'anyOf' | 'allOf'; readonly schemas: readonly Schema[] }
  | { readonly kind: 'enum'; readonly values: readonly unknown[] }
  | ObjectSchema
  | { readonly kind: 'tuple'; readonly items: readonly Schema[] }
  | { readonly kind: 'array'; readonly items: Schema; readonly count: Count }
  | StringSchema
  /** Bounds are part of the range; null where there is none. */
  | { readonly kind: 'integer'; readonly min: bigint | null; readonly max: bigint | null };

export interface ObjectSchema {
  readonly kind: 'object';
  /** In the order of the schema, which is that of the answer. */
  readonly properties: readonly Property[];
  /** What other properties are to look like; null when there may be none. */
  readonly additional: Schema | null;
}

export interface Property {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

export interface StringSchema {
  readonly kind: 'string';
  /** A regular expression for the whole string, from ^ to $. */
  readonly pattern: string | null;
  readonly format: StringFormat | null;
  readonly length: Count;
}

export type StringFormat = 'date' | 'time' | 'date-time' | 'uuid';

/** Number of items or characters; `max` may be Infinity. */
export interface Count {
  readonly min: number;
  readonly max: number;
}

export interface SchemaDocument {
  readonly root: Schema;
  /** By `$ref`, those that are used. */
  readonly definitions: ReadonlyMap<string, Schema>;
}
