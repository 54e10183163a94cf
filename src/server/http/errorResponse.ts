import type { ErrorBody } from '../../protocol/completion.ts';
import type { ForetokenError } from '../../util/errors.ts';
import { jsonResponse } from './jsonBody.ts';

/** llama-server's error object; only a context overflow says more than the three fields. */
export function errorBody(error: ForetokenError): ErrorBody {
  const { status: code, type, message } = error;
  return { error: { code, message, type, ...(error.code === 'context_exceeded' && error.details) } };
}

export function errorResponse(error: ForetokenError): Response {
  return jsonResponse(errorBody(error), error.status);
}
