import { ForetokenError } from '../../../util/errors.ts';

/** Error at a place in a schema, such as `#` or `#/properties/age`, in llama-server's words. */
export function schemaError(path: string, message: string): ForetokenError {
  return new ForetokenError(
    'invalid_request',
    `JSON schema conversion failed:\nJSON schema error at ${path}: ${message}`,
  );
}
