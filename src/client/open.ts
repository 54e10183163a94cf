import type { ServerOptions } from '../protocol/options.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import { abortable } from './abortable.ts';
import { checkCall } from './arguments.ts';
import { Connection } from './connection.ts';
import type { Backend } from './foretoken.ts';
import { listenerOf } from './listener.ts';
import { askToPersist } from './persist.ts';
import { wireOptions } from './source.ts';
import { attemptsOf, type StartWorker } from './spawn.ts';

/** Options of loading; see `CreateServerOptions`. */
export type OpenOptions = ServerOptions & {
  readonly worker?: StartWorker | undefined;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly onLog?: (line: string) => void;
  readonly signal?: AbortSignal;
};

/** Loads the models in a worker, which it owns. Starts it only if the options can be sent. */
export async function openWorker(options: OpenOptions): Promise<Backend> {
  checkCall(options);
  const { worker, onProgress, onLog, signal, ...rest } = options;
  signal?.throwIfAborted();
  const wire = wireOptions(rest);
  if (options.store) askToPersist();
  const connection = await Connection.open(attemptsOf(worker), signal);
  try {
    const report = await abortable(connection.load(wire, listenerOf(onProgress), listenerOf(onLog)), signal);
    return {
      report,
      lost: connection.lost(),
      exchange: connection.exchange,
      counters: () => connection.counters(),
      close: () => connection.close(),
    };
  } catch (error) {
    connection.terminate();
    throw error;
  }
}
