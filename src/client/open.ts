import type { ServerOptions } from '../protocol/options.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import { abortable } from './abortable.ts';
import { Connection, type WorkerPort } from './connection.ts';
import type { Backend } from './foretoken.ts';
import { askToPersist } from './persist.ts';
import { wireOptions } from './source.ts';

/** Options of loading; see `CreateServerOptions`. */
export type OpenOptions = ServerOptions & {
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly onLog?: (line: string) => void;
  readonly signal?: AbortSignal;
};

/** Loads the models in a worker, which it owns. Calls `spawn` once, and only if the options can be sent. */
export async function openWorker(
  spawn: () => WorkerPort | Promise<WorkerPort>,
  options: OpenOptions,
): Promise<Backend> {
  const { onProgress = () => {}, onLog = () => {}, signal, ...rest } = options;
  signal?.throwIfAborted();
  const wire = wireOptions(rest);
  if (options.store) await askToPersist();
  const connection = await Connection.open(spawn, signal);
  try {
    const report = await abortable(connection.load(wire, onProgress, onLog), signal);
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
