import { transfer, wrap } from 'comlink';
import type { StoreApi } from '../protocol/store.ts';
import { WORKER_STARTED, type WorkerApi } from '../protocol/worker.ts';
import type { StoreHost } from '../store/host.ts';
import { absorb } from '../store/sha256.ts';

/** Time without work after which the second worker ends. */
const IDLE_MS = 5_000;

/** Creates the method that hashes streams in this worker. */
export function createAbsorb(): StoreApi['absorb'] {
  const states = new Map<number, Int32Array<ArrayBuffer>>();
  return async (stream, state, bytes) => {
    const next = absorb(state ?? states.get(stream) ?? missing(stream), bytes);
    states.set(stream, next);
    return next;
  };
}

function missing(stream: number): never {
  throw new Error(`stream ${stream} has no state to go on from`);
}

/**
 * Hashes in a second worker with this worker's own script, because hashing takes as long as the rest of a fast download. Where the
 * script cannot be started again, for example from an address that is revoked, it hashes here.
 */
export function createHasher(): StoreHost['hashFrom'] {
  let helper: Promise<Helper> | null = null;
  let idle: ReturnType<typeof setTimeout> | undefined;
  let nStreams = 0;
  let nRunning = 0;

  async function end(): Promise<void> {
    const ending = helper;
    helper = null;
    (await ending)?.end();
  }

  return state => {
    const stream = nStreams++;
    let current: Helper | null = null;
    let last = state;
    return async bytes => {
      clearTimeout(idle);
      nRunning++;
      try {
        helper ??= startHelper();
        const chosen = await helper;
        // Another worker than before knows nothing of this stream.
        const isNew = chosen !== current;
        current = chosen;
        last = await chosen.absorb(stream, isNew ? last : null, bytes);
        return last;
      } finally {
        nRunning--;
        clearTimeout(idle);
        if (nRunning === 0) idle = setTimeout(() => void end(), IDLE_MS);
      }
    };
  };
}

interface Helper {
  readonly absorb: StoreApi['absorb'];
  end(): void;
}

async function startHelper(): Promise<Helper> {
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
      absorb: (stream, state, bytes) => api.absorb(stream, state, transfer(bytes, [bytes.buffer])),
      end: () => worker.terminate(),
    };
  } catch {
    return { absorb: createAbsorb(), end: () => {} };
  }
}
