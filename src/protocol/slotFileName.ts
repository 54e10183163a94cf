/** Limit of usual file systems, in bytes. */
const MAX_BYTES = 255;

/**
 * Characters that some file system forbids in a name or interprets: separators and wildcards, and characters that look like them;
 * control characters; and characters that stand for broken Unicode.
 */
const FORBIDDEN = /[\p{Cc}/\\:*?"<>|\u2215\u2216\uff0e\ufeff\ufffd]|\p{Cs}/u;

/** Whether `name` is a file name within its folder on every system: llama-server's rule for saved slots. */
export function isSlotFileName(name: string): boolean {
  const sizeBytes = new TextEncoder().encode(name).length;
  if (sizeBytes === 0 || sizeBytes > MAX_BYTES) return false;
  if (FORBIDDEN.test(name) || name.includes('..')) return false;
  return !name.startsWith(' ') && !/[ .]$/.test(name);
}
