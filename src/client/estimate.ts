import type { MemoryEstimate } from '../protocol/estimate.ts';
import type { ServerOptions } from '../protocol/options.ts';
import { abortable } from './abortable.ts';
import { Connection } from './connection.ts';
import { wireOptions } from './source.ts';
import { attemptsOf, type StartWorker } from './spawn.ts';

/** `estimate` with its options checked. Starts the worker only if they can be sent; it ends with the answer. */
export async function estimateWith({
  worker,
  signal,
  ...options
}: ServerOptions & {
  readonly worker?: StartWorker | undefined;
  readonly signal?: AbortSignal;
}): Promise<MemoryEstimate> {
  signal?.throwIfAborted();
  const wire = wireOptions(options);
  const connection = await Connection.open(attemptsOf(worker), signal);
  try {
    return await abortable(connection.estimate(wire), signal);
  } finally {
    connection.terminate();
  }
}
