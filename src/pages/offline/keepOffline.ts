/**
 * Lets the browser keep the site's files, so that the next visit needs no network. Its service worker has the site's folder as scope
 * and answers for the site's own files only. A browser has one service worker per scope: where an application has registered
 * another one for this very folder, such as the library's door, that one stays and the site is not kept.
 */
export async function keepOffline(): Promise<void> {
  const container: ServiceWorkerContainer | undefined = navigator.serviceWorker;
  // Vite's server has no build to keep.
  if (!container || !import.meta.env.PROD) return;
  const script = new URL('offline.js', document.baseURI).href;
  const scope = new URL('./', script).href;
  const held = await container.getRegistration(scope);
  const worker = held?.active ?? held?.waiting ?? held?.installing;
  if (held?.scope === scope && worker && worker.scriptURL !== script) return;
  await container.register(script, { scope, updateViaCache: 'none' });
}
