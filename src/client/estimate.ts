import type { MemoryEstimate } from '../protocol/estimate.ts';
import type { ServerOptions } from '../protocol/options.ts';
import { abortable } from './abortable.ts';
import { Connection, type WorkerPort } from './connection.ts';
import { wireOptions } from './source.ts';

/** `estimate` for any worker. Calls `spawn` once, and only if the options can be sent; the worker ends with the answer. */
export async function estimateWith(
  spawn: () => WorkerPort | Promise<WorkerPort>,
  { signal, ...options }: ServerOptions & { readonly signal?: AbortSignal },
): Promise<MemoryEstimate> {
  signal?.throwIfAborted();
  const wire = wireOptions(options);
  const connection = await Connection.open(spawn, signal);
  try {
    return await abortable(connection.estimate(wire), signal);
  } finally {
    connection.terminate();
  }
}
