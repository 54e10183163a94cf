import { describe, expect, it } from 'vitest';
import { responseSchema } from './responseFormat.ts';

const schema = { const: 7 };
const type = 'json_schema';

describe('response_format', () => {
  it.each([
    { format: { type, json_schema: { schema } }, name: 'in its wrapper' },
    {
      format: { type, json_schema: { name: 'x', strict: true, schema } },
      name: 'in its wrapper with a name',
    },
    { format: { type, schema }, name: 'beside the type' },
    { format: { type, schema, json_schema: null }, name: 'beside a wrapper that is null' },
    { format: { type, schema, json_schema: {} }, name: 'beside an empty wrapper' },
    { format: { type, schema, json_schema: { name: 'x' } }, name: 'beside a wrapper without a schema' },
    { format: { type, schema, json_schema: { schema: null } }, name: 'beside a wrapper of null' },
    { format: { type, schema: { const: 8 }, json_schema: { schema } }, name: 'in both places' },
    { format: { type, schema: null, json_schema: { schema } }, name: 'in its wrapper, beside null' },
    { format: { type: 'json_object', schema }, name: 'of an object, beside the type' },
    { format: { type: 'json_object', json_schema: { schema } }, name: 'of an object, in a wrapper' },
  ])('the schema of $name is found', ({ format }) => {
    expect(responseSchema({ response_format: format })).toEqual(schema);
  });

  it.each([false, true])('a boolean schema is kept: %s', value => {
    expect(responseSchema({ response_format: { type, json_schema: { schema: value } } })).toBe(value);
  });

  it.each<{ format: unknown; says: string }>([
    { format: { type }, says: 'needs a schema' },
    { format: { type, json_schema: null }, says: 'needs a schema' },
    { format: { type, json_schema: {} }, says: 'needs a schema' },
    { format: { type, json_schema: { name: 'x' } }, says: 'needs a schema' },
    { format: { type, json_schema: { schema: null } }, says: 'needs a schema' },
    { format: { type, schema: null }, says: 'needs a schema' },
    { format: { type, json_schema: 'x' }, says: 'json_schema must be an object' },
    { format: { type, json_schema: 'x', schema }, says: 'json_schema must be an object' },
    { format: { type, json_schema: [schema] }, says: 'json_schema must be an object' },
    { format: { type, json_schema: 5 }, says: 'json_schema must be an object' },
    { format: { type, json_schema: true, schema }, says: 'json_schema must be an object' },
    { format: { schema }, says: 'but got: undefined' },
    { format: { type: ['json_schema'], schema }, says: 'but got: ["json_schema"]' },
    { format: { type: 'regex' }, says: 'but got: regex' },
    { format: 'json_object', says: 'must be an object' },
    { format: [], says: 'must be an object' },
  ])('$format is refused', ({ format, says }) => {
    expect(() => responseSchema({ response_format: format })).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(says) }),
    );
  });
});
