import { type ErrorCode, type ErrorDetails, ForetokenError } from '../util/errors.ts';

/** Maps llama-server's error types to the closest error codes. */
const CODE_OF_TYPE: Readonly<Record<string, ErrorCode>> = {
  invalid_request_error: 'invalid_request',
  exceed_context_size_error: 'context_exceeded',
  not_found_error: 'not_found',
  not_supported_error: 'not_supported',
  unavailable_error: 'no_slot',
};

/** Converts a body `{"error": {code, message, type, …}}` to the error that it describes; null for any other body. */
export function errorFromBody(body: unknown): ForetokenError | null {
  if (!isRecord(body) || !isRecord(body.error)) return null;
  const { message, type, code: _, ...rest } = body.error;
  const code = CODE_OF_TYPE[String(type)] ?? 'internal';
  return new ForetokenError(code, String(message), primitives(rest));
}

function primitives(fields: Record<string, unknown>): ErrorDetails {
  const details: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      details[name] = value;
  }
  return details;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
