import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLAIM } from '../protocol/claim.ts';
import { FAKE_REPORT } from '../protocol/fakeReport.ts';
import { respond } from '../protocol/respond.ts';
import { FakeLocks } from '../tabs/fakeLocks.ts';
import { Host } from '../tabs/host.ts';
import { acquire } from '../tabs/locks.ts';
import { keyOf } from '../tabs/messages.ts';
import type { ClientMessageEvent, FetchEvent, ServiceWorkerScope } from './fetchEvent.ts';
import { openOriginDoor } from './originDoor.ts';

const ORIGIN = 'https://app.example';

/** Global scope of a service worker that runs the door. */
class FakeScope implements ServiceWorkerScope {
  readonly location: ServiceWorkerScope['location'];
  readonly registration = { scope };
  nClaims = 0;
  readonly clients = {
    claim: async () => {
      this.nClaims++;
    },
  };
  #onFetch: (event: FetchEvent) => void = () => {};
  #onMessage: (event: ClientMessageEvent) => void = () => {};

  constructor(locks: FakeLocks, query = '') {
    this.location = { href: `${ORIGIN}/sw.js${query}`, origin: ORIGIN };
    openOriginDoor(this, locks);
  }

  addEventListener(
    ...[type, listener]:
      | ['fetch', (event: FetchEvent) => void]
      | ['message', (event: ClientMessageEvent) => void]
  ): void {
    if (type === 'fetch') this.#onFetch = listener;
    else this.#onMessage = listener;
  }

  /** Response of the door, or null if it leaves the request to the network. */
  fetch(request: Request): Promise<Response> | null {
    let given: Promise<Response> | null = null;
    this.#onFetch({
      request,
      respondWith: response => {
        given = response;
      },
    });
    return given;
  }

  message(data: unknown, type: string): void {
    this.#onMessage({ data, source: { type }, waitUntil: () => {} });
  }
}

/** Request as a browser describes it, which Node's constructor does not do. */
function requestOf(address: string, fields: Partial<Pick<Request, 'mode' | 'destination'>> = {}): Request {
  const request = new Request(new URL(address, ORIGIN));
  const { mode = 'cors', destination = '' } = fields;
  return Object.defineProperties(request, { mode: { value: mode }, destination: { value: destination } });
}

/** Differs between the tests: what one has left open does not hear the next. */
let scope: string;
let locks: FakeLocks;
let closing: (() => void)[];
beforeEach(() => {
  scope = `${ORIGIN}/${crypto.randomUUID()}/`;
  locks = new FakeLocks();
  closing = [];
});
afterEach(() => {
  for (const close of closing) close();
  vi.useRealTimers();
});

/** Tab that answers for the origin. Resolves with the function that closes it. */
async function openTab(handle: (request: Request) => Promise<Response>): Promise<() => void> {
  const free = await acquire(locks, keyOf('origin', scope), new AbortController().signal);
  const host = await Host.open(locks, keyOf('origin', scope), 0);
  host.ready(FAKE_REPORT, respond(handle));
  let isOpen = true;
  const close = () => {
    if (isOpen) {
      host.close();
      free();
    }
    isOpen = false;
  };
  closing.push(close);
  return close;
}

const echo = async ({ method, url }: Request) => new Response(`${method} ${url.replace(/^.*invalid/, '')}`);

describe('the requests of an origin', () => {
  it.each([
    ['', '/v1/chat/completions', '/v1/chat/completions'],
    ['', '/slots?fail_on_no_slot=1', '/slots?fail_on_no_slot=1'],
    ['', '/slots/0?action=save', '/slots/0?action=save'],
    ['?prefix=/llm', '/llm/health', '/health'],
    ['?prefix=llm/', '/llm/nothing?a', '/nothing?a'],
  ])('are answered with the script’s query %j: %s as %s', async (query, address, path) => {
    await openTab(echo);
    const response = await new FakeScope(locks, query).fetch(requestOf(address));
    expect(await response?.text()).toBe(`GET ${path}`);
  });

  it.each([
    ['', '/models/model.gguf', {}],
    ['', '/index.html', {}],
    ['', 'https://other.example/v1/models', {}],
    ['', '/health', { mode: 'navigate', destination: 'document' }],
    ['', '/slots', { destination: 'script' }],
    ['?prefix=/llm', '/v1/models', {}],
    ['?prefix=/llm', '/llmx/health', {}],
  ] as const)('pass untouched with the script’s query %j: %s %o', async (query, address, fields) => {
    await openTab(echo);
    expect(new FakeScope(locks, query).fetch(requestOf(address, fields))).toBeNull();
  });
});

describe('without a tab that has an engine', () => {
  it.each([
    ['/health', { error: { code: 503, type: 'unavailable_error' } }],
    ['/v1/messages', { type: 'error', error: { type: 'overloaded_error' } }],
  ])('a request for %s gets 503 at once, in the shape of its API', async (address, body) => {
    const response = await new FakeScope(locks).fetch(requestOf(address));
    expect(response?.status).toBe(503);
    expect(await response?.json()).toMatchObject(body);
  });

  it('a request gets 503 when the tab that should have it gives no sign of life', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    await acquire(locks, keyOf('origin', scope), new AbortController().signal);
    const response = new FakeScope(locks).fetch(requestOf('/health'));
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    vi.advanceTimersByTime(10_000);
    expect((await response)?.status).toBe(503);
  });
});

describe('when the tab goes', () => {
  const hang = () => new Promise<Response>(() => {});

  it('a request that has not begun is answered by the next tab, which waits for the lock', async () => {
    const received = vi.fn(hang);
    const close = await openTab(received);
    const response = new FakeScope(locks).fetch(requestOf('/v1/models'));
    await vi.waitFor(() => expect(received).toHaveBeenCalled());
    const next = openTab(echo);
    close();
    await next;
    expect(await (await response)?.text()).toBe('GET /v1/models');
  });

  it('a request that has not begun gets 503 if there is no other tab', async () => {
    const received = vi.fn(hang);
    const close = await openTab(received);
    const response = new FakeScope(locks).fetch(requestOf('/v1/models'));
    await vi.waitFor(() => expect(received).toHaveBeenCalled());
    close();
    expect((await response)?.status).toBe(503);
  });

  it('a stream of events ends with an error as an event', async () => {
    const body = new ReadableStream({
      start: stream => stream.enqueue(new TextEncoder().encode('data: 1\n\n')),
    });
    const headers = { 'content-type': 'text/event-stream' };
    const close = await openTab(async () => new Response(body, { headers }));
    const response = await new FakeScope(locks).fetch(requestOf('/completion'));
    const reader = response?.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('data: 1\n\n');
    close();
    expect((await reader?.read())?.value).toMatch(/^data: \{"error":\{"code":50[03],.*\}\}\n\n$/);
    expect((await reader?.read())?.done).toBe(true);
  });
});

it('a request is cancelled in the tab when its client cancels the body', async () => {
  let cancel: () => void = () => {};
  const cancelled = new Promise<void>(resolve => {
    cancel = resolve;
  });
  await openTab(async () => new Response(new ReadableStream({ cancel })));
  const response = await new FakeScope(locks).fetch(requestOf('/completion'));
  await response?.body?.cancel();
  await cancelled;
});

it.each([
  [CLAIM, 'window', 1],
  [CLAIM, 'worker', 0],
  [CLAIM, 'sharedworker', 0],
  ['something else', 'window', 0],
])('the message %j of a %s makes the service worker claim its pages %i times', (data, type, nClaims) => {
  const worker = new FakeScope(locks);
  worker.message(data, type);
  expect(worker.nClaims).toBe(nClaims);
});
