/** Public API of Foretoken. Files inside this repository that need less import the concrete file. */
import type { ServerOptions } from '../protocol/options.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import { createForetoken, type Foretoken } from './foretoken.ts';
import { openWorker } from './open.ts';
import { spawnWorker } from './spawn.ts';

export type * from '../protocol/completion.ts';
export type { Exchange, ExchangeMessage, ExchangeRequest } from '../protocol/exchange.ts';
export type { CacheType, ModelFiles, ModelSource, ServerOptions } from '../protocol/options.ts';
export type { AdapterReport, LoadProgress, ModelReport, ServerReport } from '../protocol/serverReport.ts';
export type { Counters } from '../protocol/worker.ts';
export { type ErrorCode, ForetokenError } from '../util/errors.ts';
export type { CallOptions } from './completion.ts';
export type { Foretoken } from './foretoken.ts';

export type CreateServerOptions = ServerOptions & {
  /**
   * Starts the worker, for pages that host its script (`foretoken/worker`) themselves:
   * `() => new Worker('/worker.js', { type: 'module' })`. By default it is found beside this module.
   */
  readonly worker?: () => Worker | Promise<Worker>;
  /** Called with the loading progress, several times a second. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Called with log lines about tasks, slots and the prompt cache, one line at a time, for people to read. */
  readonly onLog?: (line: string) => void;
  /** Cancels loading; `createServer` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
};

/**
 * Starts a worker, loads the models onto the GPU and resolves with a server that answers llama-server's API. Rejects with a
 * `ForetokenError`: `invalid_option`, `no_webgpu`, `fetch_failed`, `invalid_gguf`, `unsupported_model`, `draft_incompatible`,
 * `device_limits`, `out_of_memory`, `shader_error`, …. After a rejection the worker is terminated.
 */
export async function createServer({
  worker = spawnWorker,
  ...options
}: CreateServerOptions): Promise<Foretoken> {
  return createForetoken(await openWorker(worker, options));
}
