/**
 * What crosses the boundary between the page and the worker. Control calls are Comlink's; each HTTP exchange has a
 * MessagePort of its own, so a long answer neither waits for control calls nor delays them.
 */
import type { WireError } from '../util/errors.ts';
import type { LoadProgress, ServerOptions, ServerReport } from './options.ts';

/** A file of a model that survives structured cloning: an absolute URL, or bytes the browser keeps outside the JS heap. */
export type WireFile = string | Blob;
/** A model: one file, or the parts of a split one. */
export type WireSource = WireFile | readonly WireFile[];

/** `ServerOptions` as they cross the boundary. */
export type WireOptions = Omit<ServerOptions, 'model' | 'modelDraft'> & {
  readonly model: WireSource;
  readonly modelDraft?: WireSource;
};

/** Counters of WebGPU calls by name. */
export type Counters = Readonly<Record<string, number>>;

/** Comlink rebuilds a thrown error as a plain `Error`; this keeps its class and code. */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'error'; readonly error: WireError };

/** What the worker exposes through Comlink. None of it rejects, but for a crash of the worker itself. */
export interface WorkerApi {
  /** Loads the models; to be called once, before anything else. */
  load(
    options: WireOptions,
    onProgress: (progress: LoadProgress) => void,
    onLog: (line: string) => void,
  ): Promise<Outcome<ServerReport>>;
  /** Starts an exchange; its `ExchangeMessage`s come back on `port`. */
  exchange(request: ExchangeRequest, port: MessagePort): void;
  counters(): Promise<Outcome<Counters>>;
  /** Resolves when the GPU device is lost, with why; stays pending otherwise. */
  lost(): Promise<WireError>;
  /** Ends every request and frees the GPU. */
  close(): Promise<void>;
}

/** Paths are all that matters in an exchange; the host only makes them a URL. */
export const EXCHANGE_ORIGIN = 'http://foretoken.invalid';

/** One HTTP request, read to its end. */
export interface ExchangeRequest {
  readonly method: string;
  /** Path and query, from the slash on. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: ArrayBuffer | null;
}

/** Worker to page: a head, any number of chunks, an end; or an error at any point, which is then the last message. */
export type ExchangeMessage =
  | {
      readonly kind: 'head';
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
    }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: WireError };

/** Page to worker: nobody waits for the answer any more. */
export interface CancelMessage {
  readonly kind: 'cancel';
}
