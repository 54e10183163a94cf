import type { ServerOptions } from '../protocol/options.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import { abortable } from './abortable.ts';
import { Connection, type WorkerPort } from './connection.ts';
import { createForetoken, type Foretoken } from './foretoken.ts';
import { wireSource } from './source.ts';

/** `createServer` for any worker. Calls `spawn` once, and only if the options can be sent. */
export async function openServer(
  spawn: () => WorkerPort | Promise<WorkerPort>,
  options: ServerOptions & {
    readonly onProgress?: (progress: LoadProgress) => void;
    readonly onLog?: (line: string) => void;
    readonly signal?: AbortSignal;
  },
): Promise<Foretoken> {
  const { model, modelDraft, onProgress = () => {}, onLog = () => {}, signal, ...rest } = options;
  signal?.throwIfAborted();
  const wireOptions = {
    ...rest,
    model: wireSource(model, 'model'),
    ...(modelDraft === undefined ? {} : { modelDraft: wireSource(modelDraft, 'modelDraft') }),
  };
  const connection = new Connection(await spawn());
  try {
    const report = await abortable(connection.load(wireOptions, onProgress, onLog), signal);
    return createForetoken(connection, report);
  } catch (error) {
    connection.terminate();
    throw error;
  }
}
