import { ForetokenError } from '../../util/errors.ts';

/** Error of a request that the client has to change: status 400. */
export function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_request', message);
}
