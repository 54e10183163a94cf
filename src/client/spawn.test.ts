import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WORKER_STARTED } from '../protocol/worker.ts';
import { spawnWorker } from './spawn.ts';

const COPY = 'the copy';
vi.mock('./embeddedWorker.ts', () => ({ EMBEDDED_WORKER: gzipSync(COPY).toString('base64') }));

const OWN = 'https://page.example/app/index.js';

/** Scripts of the workers that were started, in order: an address, or the text of a Blob. */
let started: string[] = [];
/** Event of a script's start: null for one that runs. */
let outcomeOf: (script: string) => Event | Error | null = () => null;

class ScriptedWorker extends EventTarget {
  terminated = false;
  constructor(address: string | URL) {
    super();
    const script = blobs.get(String(address)) ?? String(address);
    started.push(script);
    const outcome = outcomeOf(script);
    if (outcome instanceof Error) throw outcome;
    queueMicrotask(() => {
      this.dispatchEvent(Object.assign(new Event('message'), { data: 'another message' }));
      this.dispatchEvent(outcome ?? Object.assign(new Event('message'), { data: WORKER_STARTED }));
    });
  }
  terminate() {
    this.terminated = true;
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

describe('spawnWorker', () => {
  it('starts the file beside its module on the page’s own origin', async () => {
    await spawnWorker(OWN);
    expect(started).toEqual([expect.stringMatching(/worker/)]);
  });

  it('imports the file by a Blob where the module is of another origin', async () => {
    await spawnWorker('https://cdn.example/foretoken@1/dist/lib/index.js?v=a/b');
    expect(started).toEqual(['import "https://cdn.example/foretoken@1/dist/lib/worker.js";']);
    expect(URL.revokeObjectURL).toHaveBeenCalledOnce();
  });

  it.each([
    ['cannot be loaded', new Event('error')],
    ['throws', Object.assign(new Event('error'), { message: 'a fault' })],
    ['may not be started', new Error('the policy forbids it')],
  ])('starts its copy if the file %s', async (_, outcome) => {
    outcomeOf = script => (script === COPY ? null : outcome);
    await spawnWorker(OWN);
    expect(started).toEqual([expect.stringMatching(/worker/), COPY]);
  });

  it.each(['file:///build/node_modules/foretoken/dist/lib/index.js', ''])(
    'takes the module address %j, which a bundler made, for the page’s own',
    async module => {
      await spawnWorker(module);
      expect(started).toEqual([expect.not.stringMatching(/^import/)]);
    },
  );

  it('rejects with the reason of every attempt if none succeeds', async () => {
    outcomeOf = script => (script === COPY ? new Error('the policy forbids it') : new Event('error'));
    await expect(spawnWorker(OWN)).rejects.toMatchObject({
      code: 'worker_failed',
      message: expect.stringMatching(
        /could not be loaded; its copy: the policy forbids it\).*worker: \(\) =>/,
      ),
    });
  });
});
