/**
 * Asks the browser not to evict this site's storage by itself. Only a page may ask. Chromium decides by how the site is used; Firefox
 * asks the user, who may never answer, so nothing waits for it. Without the promise the store works all the same.
 */
export function askToPersist(): void {
  globalThis.navigator?.storage?.persist?.().catch(() => false);
}
