/** Longest name of a file on the usual file systems. */
const MAX_BYTES = 255;

/**
 * What some file system forbids in a name or takes for something else: separators and wildcards, and characters that
 * look like them; control characters; what stands for broken Unicode.
 */
const FORBIDDEN = /[\p{Cc}/\\:*?"<>|\u2215\u2216\uff0e\ufeff\ufffd]|\p{Cs}/u;

/** Whether `name` names a file of its folder, and never one outside, on any system: llama-server's rule for saved slots. */
export function isSlotFileName(name: string): boolean {
  const sizeBytes = new TextEncoder().encode(name).length;
  if (sizeBytes === 0 || sizeBytes > MAX_BYTES) return false;
  if (FORBIDDEN.test(name) || name.includes('..')) return false;
  return !name.startsWith(' ') && !/[ .]$/.test(name);
}
