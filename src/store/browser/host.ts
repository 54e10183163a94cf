import type { StoreProgress } from '../../protocol/store.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { News, Room, StoreHost } from '../host.ts';
import { openIndex } from './entryTable.ts';
import { openFolder } from './folder.ts';
import { ORIGIN_LOCKS } from './locks.ts';

/** Name of everything that the store has in the origin. */
const NAME = 'foretoken-models';

/**
 * Store of this origin, in a worker.
 *
 * @throws ForetokenError `store_unavailable` if the browser keeps no files here: without HTTPS, in some private windows, in old
 * browsers
 */
export async function openHost(hashFrom: StoreHost['hashFrom']): Promise<StoreHost> {
  try {
    return {
      folder: await openFolder(NAME),
      index: await openIndex(NAME),
      locks: ORIGIN_LOCKS,
      news: openNews(),
      room: ROOM,
      hashFrom,
      pause,
      now: () => Date.now(),
      newName: () => crypto.randomUUID(),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ForetokenError(
      'store_unavailable',
      `this browser keeps no files for this site (${reason}); use HTTPS or localhost, no private window, and a browser from 2023 or later, or load the model without the store`,
      {},
      { cause },
    );
  }
}

const ROOM: Room = {
  async estimate() {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    return { usedBytes: usage, quotaBytes: quota };
  },
  isPersistent: () => navigator.storage.persisted(),
};

function openNews(): News {
  // A channel hears all others of its name but not itself, so each listener has its own.
  const sender = new BroadcastChannel(NAME);
  return {
    post: progress => sender.postMessage(progress),
    listen(onProgress) {
      const receiver = new BroadcastChannel(NAME);
      receiver.onmessage = ({ data }: MessageEvent<StoreProgress>) => onProgress(data);
      return () => receiver.close();
    },
  };
}

/** Waits, but not longer than until the network comes back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    const timer = setTimeout(end, ms);
    globalThis.addEventListener('online', end, { signal: ended.signal });
    signal.addEventListener('abort', end, { signal: ended.signal });
    function end(): void {
      clearTimeout(timer);
      ended.abort();
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
  });
}
