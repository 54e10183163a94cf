import type { ForetokenError } from '../../../client/index.ts';

/** Says why the Hub or another server did not give what was asked for, and what helps. */
export function hubProblem(error: ForetokenError, isOnline: boolean): string {
  if (!isOnline) return 'You are offline. Models that this browser keeps can be loaded all the same.';
  const { status, isGated } = error.details;
  if (isGated) {
    return 'This repository is gated: an account has to accept its terms, on its page on the Hub. Do that, then enter a token of the account under Token and mirror; or look for a copy by another author.';
  }
  switch (status) {
    case 401:
    case 403:
      return 'There is no such repository, or it needs a login. Check the name, then enter a token of an account that may read it under Token and mirror. A token that has expired is refused everywhere.';
    case 404:
      return 'There is no such repository or file. Check the name.';
    case 429:
      return 'Too many requests came from your address. Wait a few minutes, then try again.';
    case 0:
      return 'The Hub cannot be reached. Check the connection, or what blocks requests: an extension, a firewall, a proxy.';
    default:
      return error.code === 'fetch_failed'
        ? 'The Hub has a problem of its own. Try again later.'
        : error.message;
  }
}
