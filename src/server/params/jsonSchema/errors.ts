import { ForetokenError } from '../../../util/errors.ts';

/** A JSON schema that no grammar can be made of, in llama-server's words. */
export function conversionError(message: string): ForetokenError {
  return new ForetokenError('invalid_request', `JSON schema conversion failed:\n${message}`);
}

/** What is wrong at a place of a schema: `#`, or `#/properties/age`. */
export function schemaError(path: string, message: string): ForetokenError {
  return conversionError(`JSON schema error at ${path}: ${message}`);
}
