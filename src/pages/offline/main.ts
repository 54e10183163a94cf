/**
 * Service worker of the site. Nothing here calls `skipWaiting` or `claim`: a new build takes over when the last page of the build
 * before has been closed, so a page in use keeps the files that it began with.
 */
import { SiteCache } from './siteCache.ts';
import type { WorkerScope } from './workerScope.ts';

declare const self: WorkerScope;

const site = new SiteCache(
  {
    folder: self.registration.scope,
    // The build writes both, see bin/package/offline.mjs.
    files: import.meta.env.FORETOKEN_SITE_FILES,
    digest: import.meta.env.FORETOKEN_SITE_DIGEST,
  },
  self.caches,
  (input, init) => fetch(input, init),
);

self.addEventListener('install', event => event.waitUntil(site.fill()));
self.addEventListener('activate', event => event.waitUntil(site.removeOthers()));
self.addEventListener('fetch', event => {
  const answer = site.answer(event.request);
  if (answer) event.respondWith(answer);
});
