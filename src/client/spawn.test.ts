import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from './connection.ts';
import { FakeWorker } from './fakeWorker.ts';
import { attemptsOf, type StartWorker } from './spawn.ts';

const COPY = 'the copy';
vi.mock('./embeddedWorker.ts', () => ({ EMBEDDED_WORKER: gzipSync(COPY).toString('base64') }));

const OWN = 'https://page.example/app/index.js';

/** Scripts of the workers that were started, in order: an address, or the text of a Blob. */
let started: string[] = [];
/** Fate of a script: null runs, a text is the message of its error event, and an error is thrown by the browser. */
let outcomeOf: (script: string) => string | Error | null = () => null;

class ScriptedWorker extends FakeWorker {
  constructor(address: string | URL) {
    super(() => {});
    const script = blobs.get(String(address)) ?? String(address);
    started.push(script);
    const outcome = outcomeOf(script);
    if (outcome instanceof Error) throw outcome;
    if (outcome === null) return;
    queueMicrotask(() => this.crash(outcome));
    // A script that crashes at its start answers nothing.
    this.postMessage = () => {};
  }
}

const blobs = new Map<string, string>();

beforeEach(() => {
  started = [];
  outcomeOf = () => null;
  vi.stubGlobal('Worker', ScriptedWorker);
  vi.stubGlobal('location', new URL('https://page.example/'));
  vi.stubGlobal(
    'Blob',
    class extends Blob {
      readonly parts: BlobPart[];
      constructor(parts: BlobPart[], options?: BlobPropertyBag) {
        super(parts, options);
        this.parts = parts;
      }
    },
  );
  vi.spyOn(URL, 'createObjectURL').mockImplementation(blob => {
    const address = `blob:${blobs.size}`;
    blobs.set(address, 'parts' in blob && Array.isArray(blob.parts) ? blob.parts.join('') : '');
    return address;
  });
  vi.spyOn(URL, 'revokeObjectURL');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

let connection: Connection | null = null;
afterEach(async () => {
  await connection?.close();
  connection = null;
});

async function open(module: string, worker?: StartWorker): Promise<void> {
  connection = await Connection.open(attemptsOf(worker, module));
}

describe('the worker', () => {
  it('is the file beside its module on the page’s own origin', async () => {
    await open(OWN);
    expect(started).toEqual([expect.stringMatching(/worker/)]);
  });

  it('imports the file by a Blob where the module is of another origin', async () => {
    await open('https://cdn.example/foretoken@1/dist/lib/index.js?v=a/b');
    expect(started).toEqual(['import "https://cdn.example/foretoken@1/dist/lib/worker.js";']);
    expect(URL.revokeObjectURL).toHaveBeenCalledOnce();
  });

  it.each([
    ['cannot be loaded', ''],
    ['throws', 'a fault'],
    ['may not be started', new Error('the policy forbids it')],
  ])('is a copy if the file %s', async (_, outcome) => {
    outcomeOf = script => (script === COPY ? null : outcome);
    await open(OWN);
    expect(started).toEqual([expect.stringMatching(/worker/), COPY]);
  });

  it.each(['file:///build/node_modules/foretoken/dist/lib/index.js', ''])(
    'has the page’s own origin where a bundler made the module address %j',
    async module => {
      await open(module);
      expect(started).toEqual([expect.not.stringMatching(/^import/)]);
    },
  );

  it('gives worker_failed with the reason of every attempt if none succeeds', async () => {
    outcomeOf = script => (script === COPY ? new Error('the policy forbids it') : '');
    await expect(open(OWN)).rejects.toMatchObject({
      code: 'worker_failed',
      message: expect.stringMatching(
        /its file: the script could not be loaded; its copy: the policy forbids it\).*worker: \(\) =>/,
      ),
    });
  });
});

describe('a worker that the page brings', () => {
  const silent = () => Object.assign(new FakeWorker(() => {}), { postMessage() {} });

  it('is the only one that is tried, and may have been running for long', async () => {
    const worker = new FakeWorker(() => {});
    await open(OWN, async () => {
      await new Promise(resolve => setTimeout(resolve, 10));
      return worker;
    });
    expect(started).toEqual([]);
    expect(worker.terminated).toBe(false);
  });

  it.each<[string, StartWorker, string]>([
    [
      'whose script is missing',
      () => {
        const worker = silent();
        setTimeout(() => worker.crash(''));
        return worker;
      },
      'the script could not be loaded',
    ],
    [
      'that the browser refuses',
      () => {
        throw new Error('the policy forbids it');
      },
      'the policy forbids it',
    ],
    ['that is none', () => JSON.parse('null'), 'the function returned no Worker'],
  ])('gives worker_failed %s', async (_, worker, reason) => {
    await expect(open(OWN, worker)).rejects.toMatchObject({
      code: 'worker_failed',
      message: expect.stringContaining(`(option worker: ${reason})`),
    });
    expect(started).toEqual([]);
  });

  it.each<[string, (worker: FakeWorker) => FakeWorker | Promise<FakeWorker>]>([
    ['whose script is not Foretoken’s', worker => worker],
    ['that never comes', () => new Promise(() => {})],
  ])('gives worker_failed, and does not wait for ever, %s', async (_, come) => {
    const limit = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
    const worker = silent();
    const opening = open(OWN, () => come(worker));
    await new Promise(resolve => setTimeout(resolve, 10));
    limit.abort();
    await expect(opening).rejects.toMatchObject({
      code: 'worker_failed',
      message: expect.stringContaining('(option worker: no answer within 60 s)'),
    });
    expect(timeout).toHaveBeenCalledWith(60_000);
  });

  it('is terminated if it does not answer before the page gives up', async () => {
    const worker = silent();
    const controller = new AbortController();
    const opening = Connection.open(
      attemptsOf(() => worker),
      controller.signal,
    );
    setTimeout(() => controller.abort(new Error('too slow')), 10);
    await expect(opening).rejects.toThrow('too slow');
    expect(worker.terminated).toBe(true);
  });
});
