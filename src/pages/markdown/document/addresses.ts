const PROTOCOLS: readonly string[] = ['http:', 'https:', 'mailto:'];

/**
 * Normalized absolute address of a link, or null for one that the page does not offer: other protocols, which may run script
 * (`javascript:`, `data:`), relative addresses, which would point into this site, and addresses with a user's name, which look like
 * those of another host. The URL parser decides, since browsers ignore control characters that a search for a prefix would not.
 */
export function safeAddress(address: string): string | null {
  const url = URL.parse(address);
  if (!url || !PROTOCOLS.includes(url.protocol)) return null;
  return url.username === '' && url.password === '' ? url.href : null;
}
