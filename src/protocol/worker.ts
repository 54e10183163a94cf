/**
 * Protocol between the page and the worker. Control calls are Comlink's. Exchanges have ports of their own (channel.ts), so that
 * a long response neither waits for control calls nor delays them.
 */
import type { WireError } from '../util/errors.ts';
import type { MemoryEstimate } from './estimate.ts';
import type { GivenOptions } from './options.ts';
import type { LoadProgress, ServerReport } from './serverReport.ts';
import type { StoreApi } from './store.ts';
import type { Outcome, WireSource } from './wire.ts';

export type { Outcome, WireFile, WireSource } from './wire.ts';

/** `ServerOptions` in a form that can be cloned. */
export interface WireOptions extends GivenOptions {
  readonly model: WireSource;
  readonly modelDraft?: WireSource;
}

/** Counters of WebGPU calls by name. */
export type Counters = Readonly<Record<string, number>>;

/** Methods that the worker exposes through Comlink. They reject only if the worker itself crashes. */
export interface WorkerApi extends EngineApi, StoreApi {}

/** Methods of a server. */
export interface EngineApi {
  /** Loads the models. Call it once, before anything else. */
  load(
    options: WireOptions,
    onProgress: (progress: LoadProgress) => void,
    onLog: (line: string) => void,
  ): Promise<Outcome<ServerReport>>;
  /** Plans the memory of a server with these options. Needs no `load`, and loads nothing. */
  estimate(options: WireOptions): Promise<Outcome<MemoryEstimate>>;
  /** Answers the exchanges that arrive on `port`. */
  connect(port: MessagePort): void;
  counters(): Promise<Outcome<Counters>>;
  /** Resolves with the reason when the GPU device is lost; stays pending otherwise. */
  lost(): Promise<WireError>;
  /** Ends every request and frees the GPU. */
  close(): Promise<void>;
}

/** Message that the worker's script posts when it runs; the others are Comlink's. */
export const WORKER_STARTED = 'foretoken worker started';
