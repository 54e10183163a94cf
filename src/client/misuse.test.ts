import { afterEach, describe, expect, it, vi } from 'vitest';
import { FAKE_REPORT } from '../protocol/fakeReport.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import { FakeLocks } from '../tabs/fakeLocks.ts';
import { connect } from './connect.ts';
import { FakeWorker } from './fakeWorker.ts';
import { createForetoken, type Foretoken } from './foretoken.ts';
import { connectServer, createServer, estimate, ModelStore, serveOrigin } from './index.ts';
import { type OpenOptions, openWorker } from './open.ts';

const MODEL = 'https://example.com/model.gguf';
const worker = () => new FakeWorker(() => {});
const store = () => new ModelStore();

/** Calls a function as JavaScript may, whatever its types. */
const call = async (callee: (...args: never[]) => unknown, ...args: unknown[]): Promise<unknown> =>
  Reflect.apply(callee, undefined, args);

let server: Foretoken | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
  vi.unstubAllGlobals();
});

describe('arguments of the wrong kind give invalid_option, which names them, before a worker starts', () => {
  it.each<[string, () => unknown, string]>([
    ['createServer()', () => call(createServer), 'options must be an object; got undefined'],
    ['createServer(5)', () => call(createServer, 5), 'options must be an object; got number'],
    ['createServer({})', () => call(createServer, {}), 'model must be a URL,'],
    [
      'a worker that is no function',
      () => call(createServer, { model: MODEL, worker: worker() }),
      'worker must be a function; got object',
    ],
    [
      'onProgress that is no function',
      () => call(createServer, { model: MODEL, onProgress: 'x' }),
      'onProgress must be a function; got string',
    ],
    [
      'a signal that is none',
      () => call(createServer, { model: MODEL, signal: true }),
      'signal must be an AbortSignal; got boolean',
    ],
    [
      'a function as option',
      () => call(createServer, { model: MODEL, nCtx: () => 64 }),
      'nCtx must be a value that can be sent to the worker; got function',
    ],
    [
      'a function within an option',
      () => call(createServer, { model: MODEL, lora: [{ scale: () => 1 }] }),
      'lora must be a value that can be sent to the worker; got object',
    ],
    ['connectServer(null)', () => call(connectServer, null), 'options must be an object; got null'],
    ['estimate()', () => call(estimate), 'model must be a URL,'],
    ['estimate(m, null)', () => call(estimate, MODEL, null), 'options must be an object; got null'],
    ['serveOrigin()', () => call(serveOrigin), 'server must be an object; got undefined'],
    ['serveOrigin(s, null)', () => call(serveOrigin, {}, null), 'options must be an object; got null'],
    ['a store of nothing', async () => Reflect.construct(ModelStore, [null]), 'options must be an object'],
    [
      'a store with an unknown option',
      async () => Reflect.construct(ModelStore, [{ nonsense: 1 }]),
      'unknown option nonsense; the options are worker, hfEndpoint, hfToken',
    ],
    [
      'a store with a token that is no text',
      async () => Reflect.construct(ModelStore, [{ hfToken: 5 }]),
      'hfToken must be a text; got number',
    ],
    [
      'add(m, null)',
      () => call(store().add.bind(store()), MODEL, null),
      'options must be an object; got null',
    ],
  ])('%s', async (_, misuse, message) => {
    vi.stubGlobal('navigator', { locks: new FakeLocks() });
    await expect(misuse()).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining(message),
    });
  });

  it.each<[string, unknown[], string]>([
    ['completion()', [], 'request must be an object; got undefined'],
    ['completion(5)', [5], 'request must be an object; got number'],
    ['completion(r, null)', [{ prompt: 'x' }, null], 'options must be an object; got null'],
  ])('%s', async (_, args, message) => {
    server = createForetoken(await openWorker({ model: MODEL, worker }));
    await expect(call(server.completion, ...args)).rejects.toMatchObject({ code: 'invalid_option', message });
  });
});

it.each<[string, (options: OpenOptions) => ReturnType<typeof openWorker>]>([
  ['a server', openWorker],
  ['a shared server', options => connect(new FakeLocks(), options)],
])('%s loads in spite of an onProgress that throws, whose first error is reported', async (_, open) => {
  const reported: unknown[] = [];
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
  const event: LoadProgress = { model: 'target', phase: 'header', loadedBytes: 0, totalBytes: 0 };
  const thrown: unknown[] = [];
  server = createForetoken(
    await open({
      model: MODEL,
      worker: () =>
        new FakeWorker(() => {}, {
          async load(_, onProgress) {
            // The worker sees no error, so that it has none to report.
            for (let i = 0; i < 3; i++)
              await Promise.resolve(onProgress(event)).catch(error => thrown.push(error));
            return { kind: 'ok', value: FAKE_REPORT };
          },
        }),
      onProgress: () => {
        throw new Error('the bar is gone');
      },
    }),
  );
  expect(thrown).toEqual([]);
  expect(reported).toEqual([new Error('the bar is gone')]);
});
