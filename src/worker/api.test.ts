import { describe, expect, it } from 'vitest';
import { callOverPort } from '../protocol/channel.ts';
import type { ExchangeMessage, ExchangeRequest } from '../protocol/exchange.ts';
import { FAKE_ESTIMATE } from '../protocol/fakeReport.ts';
import type { ServerReport } from '../protocol/serverReport.ts';
import { ForetokenError } from '../util/errors.ts';
import { type Compose, type Composition, createEngineApi } from './api.ts';

const REPORT: ServerReport = {
  adapter: { vendor: '', architecture: '', description: '', isFallback: true, features: [], subgroupSize: 0 },
  model: {
    file: 'fake.gguf',
    name: 'm',
    architecture: 'llama',
    fileType: 'F32',
    sizeBytes: 0,
    nParams: 0,
    nVocab: 0,
    nCtxTrain: 0,
    nEmbd: 0,
  },
  draft: null,
  nCtx: 64,
  nSlots: 1,
  gpuBytes: 0,
  selfTest: null,
  autotune: null,
  warnings: [],
};
const OPTIONS = { model: 'https://example.com/model.gguf' };
const GET: ExchangeRequest = { method: 'GET', path: '/x?y=1', headers: [], body: null };

function composition(overrides: Partial<Composition> = {}): Composition {
  return {
    report: REPORT,
    lost: new Promise(() => {}),
    fetch: async () => new Response('ok'),
    counters: () => ({ submit: 1 }),
    close: async () => {},
    ...overrides,
  };
}

function load(api: ReturnType<typeof createEngineApi>) {
  return api.load(
    OPTIONS,
    () => {},
    () => {},
  );
}

/** API that estimates nothing. */
function workerApi(compose: Compose) {
  return createEngineApi(compose, () => Promise.reject(new ForetokenError('fetch_failed', 'no header')));
}

function loadedApi(overrides: Partial<Composition> = {}) {
  const api = workerApi(async () => composition(overrides));
  return { api, loaded: load(api) };
}

/** Sends one request and collects messages until the last one; `onMessage` may cancel it. */
function exchange(
  api: ReturnType<typeof createEngineApi>,
  request: ExchangeRequest,
  onMessage: (message: ExchangeMessage, cancel: () => void) => void = () => {},
): Promise<ExchangeMessage[]> {
  const { port1, port2 } = new MessageChannel();
  const messages: ExchangeMessage[] = [];
  api.connect(port2);
  return new Promise(resolve => {
    const cancel = callOverPort(port1).exchange(request, message => {
      messages.push(message);
      onMessage(message, cancel);
      if (message.kind !== 'end' && message.kind !== 'error') return;
      port1.close();
      resolve(messages);
    });
  });
}

describe('an exchange', () => {
  it('is the request, then head, chunks and end', async () => {
    let seen = '';
    const { api } = loadedApi({
      async fetch(request) {
        seen = `${request.method} ${new URL(request.url).pathname} ${await request.text()}`;
        return new Response('hello', { status: 201, headers: { 'x-a': 'b' } });
      },
    });
    const body = new TextEncoder().encode('{}');
    const messages = await exchange(api, { ...GET, method: 'POST', body });
    expect(seen).toBe('POST /x {}');
    expect(messages).toMatchObject([
      { kind: 'head', status: 201, headers: expect.arrayContaining([['x-a', 'b']]) },
      { kind: 'chunk', bytes: new TextEncoder().encode('hello') },
      { kind: 'end' },
    ]);
  });

  it('ends with the code of the error that the handler throws', async () => {
    const { api } = loadedApi({ fetch: () => Promise.reject(new ForetokenError('device_lost', 'gone')) });
    expect(await exchange(api, GET)).toMatchObject([{ kind: 'error', error: { code: 'device_lost' } }]);
  });

  it('reports a body that fails after the head', async () => {
    const body = new ReadableStream({ start: controller => controller.error(new Error('broken')) });
    const { api } = loadedApi({ fetch: async () => new Response(body) });
    expect((await exchange(api, GET)).map(message => message.kind)).toEqual(['head', 'error']);
  });

  it('waits for a model that is still loading, and fails when none was requested', async () => {
    expect(
      await exchange(
        workerApi(async () => composition()),
        GET,
      ),
    ).toMatchObject([{ kind: 'error', error: { code: 'loading' } }]);
    const { api } = loadedApi();
    expect((await exchange(api, GET)).at(-1)).toMatchObject({ kind: 'end' });
  });

  it('aborts the request’s signal and cancels the body on `cancel`', async () => {
    await new Promise<void>(cancelled => {
      const { api } = loadedApi({
        async fetch({ signal }) {
          return new Response(
            new ReadableStream({
              start: controller => controller.enqueue(new Uint8Array(1)),
              cancel: () => {
                expect(signal.aborted).toBe(true);
                cancelled();
              },
            }),
          );
        },
      });
      void exchange(api, GET, (message, cancel) => {
        if (message.kind === 'chunk') cancel();
      });
    });
  });

  it('sends only the bytes of a chunk, not the buffer behind it', async () => {
    const chunk = new Uint8Array(1000).subarray(10, 12);
    const start = (controller: ReadableStreamDefaultController) => {
      controller.enqueue(chunk);
      controller.close();
    };
    const { api } = loadedApi({ fetch: async () => new Response(new ReadableStream({ start })) });
    const [, message] = await exchange(api, GET);
    expect(message?.kind === 'chunk' && message.bytes.buffer.byteLength).toBe(2);
  });
});

describe('the worker', () => {
  it('answers load with the report, or with the error and its code', async () => {
    expect(await loadedApi().loaded).toEqual({ kind: 'ok', value: REPORT });
    const failing = workerApi(() => Promise.reject(new ForetokenError('invalid_gguf', 'bad magic')));
    expect(await load(failing)).toMatchObject({ error: { code: 'invalid_gguf' } });
  });

  it('answers an estimate without loading anything, and its failure with its code', async () => {
    const compose = () => Promise.reject(new Error('loaded'));
    const answering = createEngineApi(compose, async () => FAKE_ESTIMATE);
    expect(await answering.estimate(OPTIONS)).toEqual({ kind: 'ok', value: FAKE_ESTIMATE });
    expect(await workerApi(compose).estimate(OPTIONS)).toMatchObject({ error: { code: 'fetch_failed' } });
  });

  it('frees the composition on close and answers `closed` afterwards', async () => {
    let closed = 0;
    const { api } = loadedApi({
      close: async () => {
        closed++;
      },
    });
    await api.close();
    await api.close();
    expect(closed).toBe(1);
    expect(await api.counters()).toMatchObject({ error: { code: 'closed' } });
  });

  it('closes quietly after a failed load', async () => {
    const api = workerApi(() => Promise.reject(new Error('no')));
    await load(api);
    await api.close();
  });
});
