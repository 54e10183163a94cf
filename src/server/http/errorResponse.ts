import { errorBodyAt } from '../../protocol/errorBody.ts';
import { ForetokenError } from '../../util/errors.ts';
import { jsonResponse } from './jsonBody.ts';

/** The answer to `request` where `error` is all there is to say, in the shape that clients of its route read. */
export function errorResponse(error: unknown, request: Request): Response {
  const known = ForetokenError.from(error);
  return jsonResponse(errorBodyAt(new URL(request.url).pathname, known), known.status);
}
