import type { Attempt, WorkerPort } from './connection.ts';

/** Function of a page that starts the worker itself. */
export type StartWorker = () => WorkerPort | Promise<WorkerPort>;

/**
 * Ways to start the worker, in their order. Only `worker`, if the page brings one. Otherwise the script beside this module, which
 * bundlers emit as a file if they recognise `new Worker(new URL(…))`, and where there is no such file (esbuild, Rollup) a copy that
 * is a module of its own; a Content-Security-Policy then needs `worker-src blob:`. A script on another origin, such as a CDN's, is
 * imported by a Blob, because browsers start workers from the page's own origin only.
 *
 * `module` is the address of this module; bundlers may make it undefined, or a path on the build machine.
 */
export function attemptsOf(
  worker: StartWorker | undefined,
  module: string | undefined = import.meta.url,
): readonly Attempt[] {
  if (worker) return [{ from: 'option worker', start: async run => run(portOf(await worker())) }];
  const url = module !== undefined && URL.canParse(module) ? new URL(module) : null;
  const isForeign = url !== null && /^https?:$/.test(url.protocol) && url.origin !== location.origin;
  return [
    isForeign
      ? { from: url.origin, start: run => importing(url, run) }
      : { from: 'its file', start: async run => run(fromFile()) },
    { from: 'its copy', start: fromCopy },
  ];
}

/** Use of a worker, during which its script stays in reach. */
type Run<T> = (worker: WorkerPort) => Promise<T>;

function fromFile(): Worker {
  // Keep this expression whole: it is what bundlers recognise.
  return new Worker(new URL('../worker/main.ts', import.meta.url), { type: 'module', name: 'foretoken' });
}

/** Imports the file beside `module`. Its address is no `new URL(…, import.meta.url)`, which bundlers would take for an asset. */
function importing<T>(module: URL, run: Run<T>): Promise<T> {
  return fromText(`import ${JSON.stringify(new URL('worker.js', module).href)};`, run);
}

async function fromCopy<T>(run: Run<T>): Promise<T> {
  const { EMBEDDED_WORKER } = await import('./embeddedWorker.ts');
  if (EMBEDDED_WORKER === null) throw new Error('this build has none');
  const packed = new Blob([Uint8Array.from(atob(EMBEDDED_WORKER), character => character.charCodeAt(0))]);
  const text = await new Response(packed.stream().pipeThrough(new DecompressionStream('gzip'))).text();
  return fromText(text, run);
}

async function fromText<T>(text: string, run: Run<T>): Promise<T> {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return await run(new Worker(address, { type: 'module', name: 'foretoken' }));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function portOf(worker: WorkerPort): WorkerPort {
  if (typeof worker === 'object' && worker !== null && 'postMessage' in worker) return worker;
  throw new Error('the function returned no Worker');
}
