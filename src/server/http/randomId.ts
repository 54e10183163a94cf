const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Creates an id of random letters and digits, like llama-server's. */
export function randomId(length = 32): string {
  // 256 is not a multiple of 62, so eight characters are slightly more likely. The ids distinguish objects and are not secrets.
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, byte => ALPHANUMERIC.charAt(byte % ALPHANUMERIC.length)).join('');
}
