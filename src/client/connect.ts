import type { Locks } from '../tabs/locks.ts';
import { keyOf } from '../tabs/messages.ts';
import { ForetokenError } from '../util/errors.ts';
import { abortable } from './abortable.ts';
import { checkCall } from './arguments.ts';
import type { Backend } from './foretoken.ts';
import { listenerOf } from './listener.ts';
import { type OpenOptions, openWorker } from './open.ts';
import { optionsKey } from './optionsKey.ts';
import { SharedBackend } from './sharedBackend.ts';
import { wireOptions } from './source.ts';

/** `connectServer` for any locks. */
export async function connect(locks: Locks | undefined, options: OpenOptions): Promise<Backend> {
  checkCall(options);
  const { worker: _, signal, onProgress, onLog: __, ...serverOptions } = options;
  signal?.throwIfAborted();
  if (!locks) {
    throw new ForetokenError(
      'not_supported',
      'this page has no Web Locks, because it is not a secure context; serve it over HTTPS or from localhost',
    );
  }
  const key = keyOf('engine', await optionsKey(wireOptions(serverOptions)));
  const backend = new SharedBackend(
    locks,
    key,
    (restarts, onProgress, signal) =>
      openWorker({ ...options, ...(restarts > 0 && { restarts }), onProgress, signal }),
    listenerOf(onProgress),
  );
  try {
    await abortable(backend.ready, signal);
    return backend;
  } catch (error) {
    await backend.close();
    throw error;
  }
}
