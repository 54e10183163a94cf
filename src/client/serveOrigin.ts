import { CLAIM } from '../protocol/claim.ts';
import type { Exchange } from '../protocol/exchange.ts';
import { Host } from '../tabs/host.ts';
import { acquire, isHeld, type Locks } from '../tabs/locks.ts';
import { keyOf } from '../tabs/messages.ts';
import { ForetokenError } from '../util/errors.ts';
import { abortable } from './abortable.ts';
import { checkObject } from './arguments.ts';
import type { Foretoken } from './foretoken.ts';

/** Options of `serveOrigin`. */
export interface ServeOriginOptions {
  /**
   * Address of `foretoken/service-worker` on this origin, or of a service worker that imports it; `?prefix=/llm` makes it answer
   * below `/llm/` only. Default: the service worker that is registered for this page.
   */
  readonly script?: string | URL;
  /** Pages whose requests are answered, and other options of `register()`. Default: those beside the script and below. */
  readonly registration?: RegistrationOptions;
}

/** Answers for the origin until it is closed. */
export interface OriginDoor {
  /** Leaves the origin to the next tab that calls `serveOrigin`. Does not close the server. */
  close(): void;
}

/** Time for the service worker to begin. */
const CLAIM_LIMIT_MS = 10_000;

/**
 * Lets `server` answer the requests of the origin's pages for `/v1/…`, `/completion`, `/health` and the other paths of the
 * server, through a service worker. So a library needs no more than a `baseURL`. Of several tabs the first one answers; when it
 * goes, the next one does.
 *
 * Resolves when requests of this page are answered. Rejects with `not_supported` if the page cannot have a service worker, has
 * none, or has one without `foretoken/service-worker`; with the browser's error if the script cannot be registered.
 */
export async function serveOrigin(
  server: Pick<Foretoken, 'report' | 'exchange' | 'lost'>,
  options: ServeOriginOptions = {},
): Promise<OriginDoor> {
  checkObject('server', server);
  checkObject('options', options);
  const container: ServiceWorkerContainer | undefined = navigator.serviceWorker;
  if (!container) {
    throw new ForetokenError(
      'not_supported',
      'this page cannot have a service worker; serve it over HTTPS or from localhost, outside of a private window',
    );
  }
  const { scope, active } = await activeRegistration(container, options);
  await controlled(container, active);
  const closed = new AbortController();
  const key = keyOf('origin', scope);
  const hosting = host(navigator.locks, key, server, closed.signal);
  await Promise.race([hosting, isHeld(navigator.locks, key)]);
  return { close: () => closed.abort() };
}

/** Registration whose service worker is active. */
async function activeRegistration(
  container: ServiceWorkerContainer,
  { script, registration: options }: ServeOriginOptions,
): Promise<{ scope: string; active: ServiceWorker }> {
  const registration =
    script === undefined ? await container.getRegistration() : await container.register(script, options);
  const worker = registration?.active ?? registration?.waiting ?? registration?.installing;
  if (!registration || !worker) {
    throw new ForetokenError(
      'not_supported',
      'no service worker is registered for this page; pass the address of one as script',
    );
  }
  await new Promise<void>((resolve, reject) => {
    const check = () => {
      if (worker.state === 'activated') resolve();
      else if (worker.state === 'redundant') {
        reject(
          new ForetokenError('not_supported', `the service worker ${worker.scriptURL} was not installed`),
        );
      }
    };
    worker.addEventListener('statechange', check);
    check();
  });
  return { scope: registration.scope, active: worker };
}

/** Resolves when the service worker sees the requests of this page. */
async function controlled(container: ServiceWorkerContainer, worker: ServiceWorker): Promise<void> {
  // Another one may control the page: of a wider scope, or the one that the browser had when it loaded the page.
  if (container.controller === worker) return;
  const changed = new Promise<void>(resolve => {
    container.addEventListener('controllerchange', function check() {
      if (container.controller !== worker) return;
      container.removeEventListener('controllerchange', check);
      resolve();
    });
  });
  worker.postMessage(CLAIM);
  await abortable(changed, AbortSignal.timeout(CLAIM_LIMIT_MS)).catch(() => {
    throw new ForetokenError(
      'not_supported',
      `the service worker ${worker.scriptURL} does not answer this page; import foretoken/service-worker in it, and let its scope include the page`,
    );
  });
}

/** Waits for the other tabs that answer, then answers until the server is lost or closed, or `signal` aborts. */
async function host(
  locks: Locks,
  key: string,
  server: Pick<Foretoken, 'report' | 'exchange' | 'lost'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const free = await acquire(locks, key, signal);
    const host = await Host.open(locks, key, 0);
    const closed = new Promise<void>(resolve => {
      host.ready(server.report, leaving(server.exchange, resolve));
    });
    void abortable(Promise.race([server.lost, closed]), signal)
      .catch(() => {})
      .then(() => {
        host.close();
        free();
      });
  } catch {
    // Closed while it waited.
  }
}

/** Like `exchange`, but a server that is closed calls `leave` instead of answering, so that the next tab gets the request. */
function leaving(exchange: Exchange, leave: () => void): Exchange {
  return (request, deliver) =>
    exchange(request, message => {
      if (message.kind === 'error' && message.error.code === 'closed') leave();
      else deliver(message);
    });
}
