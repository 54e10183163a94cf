import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ExchangeMessage } from '../protocol/exchange.ts';
import { FAKE_REPORT } from '../protocol/fakeReport.ts';
import type { WireOptions, WorkerApi } from '../protocol/worker.ts';
import { type FakeExchange, FakeWorker } from './fakeWorker.ts';
import { createForetoken, type Foretoken } from './foretoken.ts';
import { type OpenOptions, openWorker } from './open.ts';
import type { StartWorker } from './spawn.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const OK: ExchangeMessage = { kind: 'head', status: 200, headers: [['content-type', 'text/plain']] };

const openServer = async (worker: StartWorker, options: Omit<OpenOptions, 'worker'>) =>
  createForetoken(await openWorker({ ...options, worker }));

let server: Foretoken | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function open(onExchange: (exchange: FakeExchange) => void, overrides: Partial<WorkerApi> = {}) {
  const worker = new FakeWorker(onExchange, overrides);
  server = await openServer(() => worker, { model: 'https://example.com/model.gguf' });
  return { server, worker };
}

/** Opens a server that answers every request with `messages`. */
const answering = (...messages: ExchangeMessage[]) => open(({ send }) => messages.forEach(send));

describe('loading', () => {
  it('resolves with the report and forwards progress', async () => {
    const phases: string[] = [];
    const worker = new FakeWorker(() => {}, {
      async load(_, onProgress) {
        await onProgress({ model: 'target', phase: 'header', loadedBytes: 0, totalBytes: 0 });
        return { kind: 'ok', value: FAKE_REPORT };
      },
    });
    server = await openServer(() => worker, {
      model: new Uint8Array(4),
      onProgress: progress => phases.push(progress.phase),
    });
    expect(server.report).toEqual(FAKE_REPORT);
    expect(phases).toEqual(['header']);
  });

  it('does not wait for the user, whom Firefox asks whether to keep the storage', async () => {
    vi.stubGlobal('navigator', { storage: { persist: () => new Promise(() => {}) } });
    const worker = new FakeWorker(() => {});
    server = await openServer(() => worker, { model: new Uint8Array(4), store: true });
    expect(server.report).toEqual(FAKE_REPORT);
    vi.unstubAllGlobals();
  });

  it('sends bytes as Blobs and URLs as absolute addresses, and only cloneable options', async () => {
    let received: WireOptions | undefined;
    const worker = new FakeWorker(() => {}, {
      async load(options) {
        received = options;
        return { kind: 'ok', value: FAKE_REPORT };
      },
    });
    server = await openServer(() => worker, {
      model: new Uint8Array([1, 2, 3]).subarray(1),
      modelDraft: new URL('https://example.com/a.gguf'),
      nCtx: 64,
      signal: new AbortController().signal,
    });
    expect(received?.model).toBeInstanceOf(Blob);
    expect(received?.model).toHaveProperty('size', 2);
    expect(received).toMatchObject({ modelDraft: 'https://example.com/a.gguf', nCtx: 64 });
  });

  it('rejects with the class and code of the worker’s error and terminates the worker', async () => {
    const error = { code: 'invalid_gguf', message: 'bad magic', details: { offset: 0 } } as const;
    const worker = new FakeWorker(() => {}, { load: async () => ({ kind: 'error', error }) });
    await expect(openServer(() => worker, { model: new Uint8Array(1) })).rejects.toMatchObject({
      name: 'ForetokenError',
      ...error,
    });
    expect(worker.terminated).toBe(true);
  });

  it('ends at once when it is aborted while the worker starts, which is terminated when it comes', async () => {
    const controller = new AbortController();
    const worker = new FakeWorker(() => {});
    let arrive: (worker: FakeWorker) => void = () => {};
    const starting = new Promise<FakeWorker>(resolve => {
      arrive = resolve;
    });
    const opening = openServer(() => starting, { model: new Uint8Array(1), signal: controller.signal });
    controller.abort(new Error('too slow'));
    await expect(opening).rejects.toThrow('too slow');
    arrive(worker);
    await expect.poll(() => worker.terminated).toBe(true);
  });

  it('spawns no worker for a model that is not a source', async () => {
    const spawn = () => {
      throw new Error('spawned');
    };
    await expect(openServer(spawn, { model: '' })).rejects.toMatchObject({ code: 'invalid_option' });
  });

  it('rejects with the reason of its signal and terminates the worker', async () => {
    const worker = new FakeWorker(() => {}, { load: () => new Promise(() => {}) });
    const abort = new AbortController();
    const opening = openServer(() => worker, { model: new Uint8Array(1), signal: abort.signal });
    abort.abort();
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(worker.terminated).toBe(true);
  });

  it('rejects when the worker crashes while it loads', async () => {
    const worker = new FakeWorker(() => {}, {
      load() {
        worker.crash('out of stack');
        return new Promise(() => {});
      },
    });
    const opening = openServer(() => worker, { model: new Uint8Array(1) });
    await expect(opening).rejects.toThrow('the worker stopped: out of stack');
    expect(worker.terminated).toBe(true);
  });
});

describe('fetch', () => {
  it.each([
    { input: '/slots?x=1', path: '/slots?x=1' },
    { input: 'slots', path: '/slots' },
    { input: new URL('https://anything.example/v1/models'), path: '/v1/models' },
    { input: new Request('https://anything.example/props'), path: '/props' },
  ])('sends $input to $path whatever its origin', async ({ input, path }) => {
    let seen = '';
    const { server } = await open(({ request, send }) => {
      seen = request.path;
      send(OK);
      send({ kind: 'end' });
    });
    await server.fetch(input);
    expect(seen).toBe(path);
  });

  it('sends no body with GET in a browser whose `Request` lacks `body`', async () => {
    const body = vi.spyOn(Request.prototype, 'body', 'get').mockReturnValue(undefined as unknown as null);
    let sent: Uint8Array | null = new Uint8Array(1);
    const { server } = await open(({ request, send }) => {
      sent = request.body;
      send(OK);
      send({ kind: 'end' });
    });
    await server.fetch('/health');
    body.mockRestore();
    expect(sent).toBeNull();
  });

  it.each([
    { kind: 'a string', body: 'hello' },
    { kind: 'bytes', body: bytes('hello') },
    { kind: 'a Blob', body: new Blob(['hello']) },
    { kind: 'URLSearchParams', body: new URLSearchParams('hello') },
  ])('carries $kind as the body', async ({ body }) => {
    let seen = '';
    const { server } = await open(({ request, send }) => {
      seen = new TextDecoder().decode(request.body ?? undefined);
      send(OK);
      send({ kind: 'end' });
    });
    await server.fetch('/completion', { method: 'POST', body });
    expect(seen).toMatch(/^hello=?$/);
  });

  it('resolves with status and headers before the body has arrived', async () => {
    const { server } = await answering(OK, { kind: 'chunk', bytes: bytes('one') });
    const response = await server.fetch('/health');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain');
    const first = await response.body?.getReader().read();
    expect(first?.value).toEqual(bytes('one'));
  });

  it('joins the chunks in order', async () => {
    const { server } = await answering(
      OK,
      { kind: 'chunk', bytes: bytes('one ') },
      { kind: 'chunk', bytes: bytes('two') },
      { kind: 'end' },
    );
    expect(await (await server.fetch('/health')).text()).toBe('one two');
  });

  it('returns a response without a body for a status that has none', async () => {
    const { server } = await answering({ kind: 'head', status: 204, headers: [] }, { kind: 'end' });
    expect((await server.fetch('/')).body).toBeNull();
  });

  it('rejects with an error that arrives instead of a head', async () => {
    const error = { code: 'device_lost', message: 'gone', details: {} } as const;
    const { server } = await answering({ kind: 'error', error });
    await expect(server.fetch('/')).rejects.toMatchObject(error);
  });

  it('rejects with an AbortError before the head and notifies the worker', async () => {
    const abort = new AbortController();
    const { server, worker } = await open(() => {});
    const response = server.fetch('/completion', { signal: abort.signal });
    const { cancelled } = await worker.firstExchange;
    abort.abort();
    await expect(response).rejects.toMatchObject({ name: 'AbortError' });
    await cancelled;
  });

  it('errors the body when aborted after the head and notifies the worker', async () => {
    const abort = new AbortController();
    const { server, worker } = await answering(OK);
    const response = await server.fetch('/completion', { signal: abort.signal });
    abort.abort();
    await expect(response.text()).rejects.toMatchObject({ name: 'AbortError' });
    await (await worker.firstExchange).cancelled;
  });

  it('notifies the worker when the body is cancelled', async () => {
    const { server, worker } = await answering(OK);
    await (await server.fetch('/completion')).body?.cancel();
    await (await worker.firstExchange).cancelled;
  });

  it('does not reach the worker with a signal that is already aborted', async () => {
    let reached = false;
    const { server } = await open(() => {
      reached = true;
    });
    await expect(server.fetch('/', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(reached).toBe(false);
  });
});

describe('the end of a server', () => {
  it('rejects pending and later calls with `closed` after close', async () => {
    const { server, worker } = await open(() => {});
    const pending = server.fetch('/completion');
    await worker.firstExchange;
    await Promise.all([server.close(), expect(pending).rejects.toMatchObject({ code: 'closed' })]);
    expect(worker.terminated).toBe(true);
    await expect(server.fetch('/health')).rejects.toMatchObject({ code: 'closed' });
    await expect(server.counters()).rejects.toMatchObject({ code: 'closed' });
    await server.close();
  });

  it('waits for the worker to free the GPU, but not forever', async () => {
    const patience = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(patience.signal);
    const { server, worker } = await open(() => {}, { close: () => new Promise(() => {}) });
    const closed = server.close();
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(worker.terminated).toBe(false);
    patience.abort();
    await closed;
    expect(worker.terminated).toBe(true);
    expect(timeout).toHaveBeenCalledWith(3_000);
    timeout.mockRestore();
  });

  it('rejects pending calls and resolves `lost` when the worker crashes', async () => {
    const { server, worker } = await open(() => {}, { close: () => new Promise(() => {}) });
    const pending = server.fetch('/completion');
    await worker.firstExchange;
    worker.crash('boom');
    await expect(pending).rejects.toMatchObject({ code: 'internal' });
    expect((await server.lost).message).toContain('boom');
    await server.close();
  });

  it('resolves `lost` when the device is lost', async () => {
    const error = { code: 'device_lost', message: 'gone', details: {} } as const;
    const { server } = await open(() => {}, { lost: async () => error });
    expect(await server.lost).toMatchObject(error);
  });
});
