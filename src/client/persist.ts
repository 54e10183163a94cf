/**
 * Asks the browser not to evict this site's storage by itself. Only a page may ask. Browsers decide by how the site is used, or ask
 * the user; without the promise the store works all the same.
 */
export async function askToPersist(): Promise<void> {
  await globalThis.navigator?.storage?.persist?.().catch(() => false);
}
