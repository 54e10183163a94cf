/** Parts of a service worker's global scope that are used. TypeScript's own declarations of it contradict those of a page. */

export interface ServiceWorkerScope {
  readonly location: { readonly href: string; readonly origin: string };
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  addEventListener(type: 'message', listener: (event: ClientMessageEvent) => void): void;
}

export interface FetchEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

export interface ClientMessageEvent {
  readonly data: unknown;
  /** Client that sent the message. */
  readonly source: { readonly type?: string } | null;
  waitUntil(work: Promise<void>): void;
}
