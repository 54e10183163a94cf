/**
 * Servers in a page. Files inside this repository that need less import the concrete file.
 *
 * @module foretoken
 */
import type { MemoryEstimate } from '../protocol/estimate.ts';
import type { ModelFiles, ServerOptions } from '../protocol/options.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import { checkCall } from './arguments.ts';
import { connect } from './connect.ts';
import { estimateWith } from './estimate.ts';
import { createForetoken, type Foretoken } from './foretoken.ts';
import { openWorker } from './open.ts';

export type * from '../protocol/completion.ts';
export type { MemoryBytes, MemoryEstimate, ModelOutline, VocabularyOutline } from '../protocol/estimate.ts';
export type { Exchange, ExchangeMessage, ExchangeRequest } from '../protocol/exchange.ts';
export type {
  CacheType,
  DigestedSource,
  ModelFiles,
  ModelSource,
  ServerOptions,
} from '../protocol/options.ts';
export type * from '../protocol/serverReport.ts';
export type {
  StoreAccess,
  StoredFile,
  StoredModel,
  StoreProgress,
  StoreUsage,
  VerifyReport,
} from '../protocol/store.ts';
export type { Counters } from '../protocol/worker.ts';
export { type ErrorCode, type ErrorDetails, ForetokenError, type WireError } from '../util/errors.ts';
export type { CallOptions } from './completion.ts';
export type { Foretoken } from './foretoken.ts';
export { ModelStore, type ModelStoreOptions, type StoreCallOptions } from './modelStore.ts';
export { type OriginDoor, type ServeOriginOptions, serveOrigin } from './serveOrigin.ts';

/** Options of `createServer`: those of the server, and how it is loaded. */
export type CreateServerOptions = ServerOptions & {
  /**
   * Starts the worker, for pages that host its script (`foretoken/worker`) themselves:
   * `() => new Worker('/worker.js', { type: 'module' })`. By default it is found beside this module.
   */
  readonly worker?: () => Worker | Promise<Worker>;
  /** Called with the loading progress, several times a second. Its first error is reported to the page, and stops nothing. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Called with log lines about tasks, slots and the prompt cache, one line at a time, for people to read. */
  readonly onLog?: (line: string) => void;
  /** Cancels loading; `createServer` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
};

/**
 * Starts a worker, loads the models onto the GPU and resolves with a server that answers llama-server's API. Rejects with a
 * `ForetokenError`: `invalid_option`, `worker_failed`, `no_webgpu`, `fetch_failed`, `invalid_gguf`, `unsupported_model`, `draft_incompatible`,
 * `device_limits`, `out_of_memory`, `shader_error`, …. After a rejection the worker is terminated.
 */
export async function createServer(options: CreateServerOptions): Promise<Foretoken> {
  return createForetoken(await openWorker(options));
}

/** Options of `estimate`: those of a server. */
export type EstimateOptions = Omit<ServerOptions, 'model'> & {
  /** Starts the worker, see `CreateServerOptions`. */
  readonly worker?: CreateServerOptions['worker'];
  /** Cancels the look-up; `estimate` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
};

/**
 * Says what a server of the model `source` with these options would need, before it is downloaded: bytes of weights, cache and
 * activations on the GPU, and whether this adapter can hold them, with the reason and what would fit if not. Exact; only the browser's
 * total memory remains unknown, because WebGPU does not tell it. Fetches some 200 KB of a file as llama.cpp writes it, and of any other
 * its whole header; opens no device and compiles no shader.
 *
 * Rejects with a `ForetokenError`: `invalid_option`, `fetch_failed` (also where a server has no ranges), `invalid_gguf`, …
 */
export async function estimate(source: ModelFiles, options: EstimateOptions = {}): Promise<MemoryEstimate> {
  checkCall(options);
  return estimateWith({ ...options, model: source });
}

/**
 * Like `createServer`, with one engine for all tabs of the origin that give the same options. The first tab loads it; the others
 * wait for it, see its progress and send their requests there. When that tab closes or crashes, or loses its GPU, the next one
 * loads the engine, and requests that have not had a byte of a response are sent again; the others end with `device_lost`.
 *
 * Tabs with other options have an engine of their own, so write the options once. `report` is that of the engine in use. `lost`
 * resolves only if this tab has to load the engine and cannot. `onLog` gets the lines of an engine in this tab. `close` leaves
 * the engine to the other tabs.
 *
 * Rejects as `createServer` does, if this tab has to load the engine; with `not_supported` outside of a secure context.
 */
export async function connectServer(options: CreateServerOptions): Promise<Foretoken> {
  return createForetoken(await connect(navigator.locks, options));
}
