import { WORKER_STARTED } from '../protocol/worker.ts';
import { ForetokenError } from '../util/errors.ts';

/** One way to start the worker. */
interface Attempt {
  /** Origin of the script, for the error. */
  readonly from: string;
  /** Resolves when the script runs. */
  readonly start: () => Promise<Worker>;
}

/**
 * Starts the worker with the script beside this module, which bundlers emit as a file if they recognise `new Worker(new URL(…))`.
 * Where there is no such file (esbuild, Rollup) it starts a copy that is a module of its own; a Content-Security-Policy then needs
 * `worker-src blob:`. A script on another origin, such as a CDN's, is imported by a Blob, because browsers start workers from
 * the page's own origin only.
 *
 * `module` is the address of this module; bundlers may make it undefined, or a path on the build machine.
 *
 * @throws ForetokenError `worker_failed`, with the reason of every attempt
 */
export async function spawnWorker(module: string | undefined = import.meta.url): Promise<Worker> {
  const failures: string[] = [];
  for (const { from, start } of attempts(module)) {
    try {
      return await start();
    } catch (error) {
      failures.push(`${from}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new ForetokenError(
    'worker_failed',
    `the worker did not start (${failures.join('; ')}); serve the script foretoken/worker from the page's own origin, and call createServer() with worker: () => new Worker(address, { type: 'module' })`,
  );
}

/** Attempts in their order. */
function attempts(module: string | undefined): readonly Attempt[] {
  const url = module !== undefined && URL.canParse(module) ? new URL(module) : null;
  const isForeign = url !== null && /^https?:$/.test(url.protocol) && url.origin !== location.origin;
  return [
    isForeign ? { from: url.origin, start: () => importing(url) } : { from: 'its file', start: fromFile },
    { from: 'its copy', start: fromCopy },
  ];
}

async function fromFile(): Promise<Worker> {
  // Keep this expression whole: it is what bundlers recognise.
  return running(
    new Worker(new URL('../worker/main.ts', import.meta.url), { type: 'module', name: 'foretoken' }),
  );
}

/** Imports the file beside `module`. Its address is no `new URL(…, import.meta.url)`, which bundlers would take for an asset. */
function importing(module: URL): Promise<Worker> {
  return fromText(`import ${JSON.stringify(new URL('worker.js', module).href)};`);
}

async function fromCopy(): Promise<Worker> {
  const { EMBEDDED_WORKER } = await import('./embeddedWorker.ts');
  if (EMBEDDED_WORKER === null) throw new Error('this build has none');
  const packed = new Blob([Uint8Array.from(atob(EMBEDDED_WORKER), character => character.charCodeAt(0))]);
  return fromText(await new Response(packed.stream().pipeThrough(new DecompressionStream('gzip'))).text());
}

async function fromText(text: string): Promise<Worker> {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return await running(new Worker(address, { type: 'module', name: 'foretoken' }));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Resolves with the worker when its script runs, and rejects if that cannot be loaded or throws. */
function running(worker: Worker): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const settled = new AbortController();
    const { signal } = settled;
    worker.addEventListener(
      'message',
      ({ data }) => {
        if (data !== WORKER_STARTED) return;
        settled.abort();
        resolve(worker);
      },
      { signal },
    );
    worker.addEventListener(
      'error',
      event => {
        settled.abort();
        worker.terminate();
        // A script that was not loaded gives an event without a message.
        reject(new Error(event.message || 'the script could not be loaded'));
      },
      { signal },
    );
  });
}
