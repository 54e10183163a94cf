const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 32 random letters and digits, as llama-server's ids have them. */
export function randomId(): string {
  // That 256 is no multiple of 62 makes eight letters a little likelier; ids are for telling apart, not for secrets.
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, byte => ALPHANUMERIC.charAt(byte % ALPHANUMERIC.length)).join('');
}
