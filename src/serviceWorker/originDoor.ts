import { CLAIM } from '../protocol/claim.ts';
import { isServerPath } from '../protocol/paths.ts';
import type { Locks } from '../tabs/locks.ts';
import { keyOf } from '../tabs/messages.ts';
import type { ServiceWorkerScope } from './fetchEvent.ts';
import { OriginEngine } from './originEngine.ts';

/**
 * Answers requests of the origin's pages for the paths of the server, through the engine of an open tab. All other requests pass
 * untouched. With `?prefix=/llm` in its address, the service worker answers everything below `/llm/` instead.
 */
export function openOriginDoor(scope: ServiceWorkerScope, locks: Locks): void {
  const prefix = prefixOf(scope.location.href);
  let engine: OriginEngine | null = null;

  scope.addEventListener('fetch', event => {
    const path = serverPath(event.request, scope.location.origin, prefix);
    if (path === null) return;
    engine ??= new OriginEngine(locks, keyOf('origin', scope.registration.scope));
    event.respondWith(engine.answer(event.request, path));
  });
  scope.addEventListener('message', event => {
    // Only a page may ask; it is not controlled yet when it has registered this service worker, or was reloaded without cache.
    if (event.data === CLAIM && event.source?.type === 'window') event.waitUntil(scope.clients.claim());
  });
}

/** Path and query for the server, or null for a request that is not the server's. */
function serverPath({ url, mode, destination }: Request, origin: string, prefix: string): string | null {
  const { origin: requested, pathname, search } = new URL(url);
  // A page, a script or an image is a file of the origin.
  if (requested !== origin || mode === 'navigate' || destination !== '') return null;
  if (prefix === '') return isServerPath(pathname) ? pathname + search : null;
  return pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) + search : null;
}

function prefixOf(address: string): string {
  const given = new URL(address).searchParams.get('prefix') ?? '';
  const path = given.replaceAll(/^\/+|\/+$/g, '');
  return path === '' ? '' : `/${path}`;
}
