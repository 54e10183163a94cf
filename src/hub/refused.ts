import { ForetokenError } from '../util/errors.ts';

/** Option, flag and variable that give a token. */
const GIVE_TOKEN = 'give a token (hfToken, or --hf-token or HF_TOKEN on the command line)';

/** The Hub's reason where an account has to accept a model's terms first. */
const GATED = 'GatedRepo';

/** Error for a response that has not what was asked for; `what` names it. The Hub's own reason is in a header. */
export function refused(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  what: string,
): ForetokenError {
  const reason = headers.get('x-error-code');
  return fetchFailed(`${what}: HTTP ${status}${meaning(status, reason)}`, status, reason === GATED);
}

function meaning(status: number, reason: string | null): string {
  if (reason === GATED) {
    return `, it is gated; accept its terms on its page on the Hub, then ${GIVE_TOKEN} of that account`;
  }
  switch (status) {
    case 401:
    case 403:
      return `, so it is not there or needs a login; check the name, or ${GIVE_TOKEN}`;
    case 404:
      return ', it is not there; check the name';
    case 429:
      return `, too many requests came from here; wait a few minutes, or ${GIVE_TOKEN}`;
    default:
      return '; try again later';
  }
}

/** Error of the network or of the Hub, with the status of its response, if there was one, and whether a gate is the reason. */
export function fetchFailed(message: string, status = 0, isGated = false): ForetokenError {
  return new ForetokenError('fetch_failed', message, { status, ...(isGated && { isGated }) });
}

/** Reason of an error; `fetch` of Node hides it in the cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.message;
}
