import { transfer, wrap } from 'comlink';
import { WORKER_STARTED, type WorkerApi } from '../protocol/worker.ts';
import { type Absorb, absorb } from '../store/sha256.ts';

/** Time without work after which the second worker ends. */
const IDLE_MS = 5_000;

/**
 * Hashes in a second worker with this worker's own script, because hashing takes as long as the rest of a fast download. Where the
 * script cannot be started again, for example from an address that is revoked, it hashes here.
 */
export function createHasher(): Absorb {
  let helper: Promise<Helper | null> | null = null;
  let idle: ReturnType<typeof setTimeout> | undefined;

  return async (state, bytes) => {
    clearTimeout(idle);
    helper ??= startHelper();
    const remote = await helper;
    try {
      return remote ? await remote.absorb(state, bytes) : absorb(state, bytes);
    } finally {
      clearTimeout(idle);
      idle = setTimeout(() => {
        helper = null;
        remote?.end();
      }, IDLE_MS);
    }
  };
}

interface Helper {
  readonly absorb: Absorb;
  end(): void;
}

async function startHelper(): Promise<Helper | null> {
  try {
    const worker = new Worker(location.href, { type: 'module', name: 'foretoken-hash' });
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data === WORKER_STARTED) resolve();
      };
      worker.onerror = event => {
        event.preventDefault();
        reject(new Error(event.message));
      };
    });
    worker.onmessage = null;
    const api = wrap<WorkerApi>(worker);
    return {
      absorb: (state, bytes) => api.absorb(state, transfer(bytes, [bytes.buffer])),
      end: () => worker.terminate(),
    };
  } catch {
    return null;
  }
}
