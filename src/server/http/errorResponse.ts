import { errorBodyAt } from '../../protocol/errorBody.ts';
import { ForetokenError } from '../../util/errors.ts';
import { jsonResponse } from './jsonBody.ts';

/** Creates the error response to `request`, in the error shape of its route. */
export function errorResponse(error: unknown, request: Request): Response {
  const known = ForetokenError.from(error);
  return jsonResponse(errorBodyAt(new URL(request.url).pathname, known), known.status);
}
