const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random letters and digits, as llama-server's ids have them. */
export function randomId(length = 32): string {
  // That 256 is no multiple of 62 makes eight letters a little likelier; ids are for telling apart, not for secrets.
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, byte => ALPHANUMERIC.charAt(byte % ALPHANUMERIC.length)).join('');
}
