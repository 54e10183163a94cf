import type { Outcome, WireSource } from './wire.ts';

/** Model in the store. */
export interface StoredModel {
  /** Source as it was given: an `hf:` name or the address of the first file. */
  readonly id: string;
  readonly files: readonly StoredFile[];
  /** Bytes of all files; null until a server that hides it has sent them. */
  readonly sizeBytes: number | null;
  /** Bytes that are in the store. */
  readonly presentBytes: number;
  /** Whether all bytes are there and their SHA-256 has been computed and, where one is known, compared. */
  readonly isComplete: boolean;
  /** Whether the model stays when another one needs room. */
  readonly isPinned: boolean;
  /** Times in milliseconds since 1970. */
  readonly addedAt: number;
  readonly usedAt: number;
}

/** File of a stored model. */
export interface StoredFile {
  readonly name: string;
  readonly url: string;
  readonly sizeBytes: number | null;
  readonly etag: string | null;
  /** SHA-256 of the content in hexadecimal digits; null until the file is complete. */
  readonly sha256: string | null;
  /** Bytes that are there, as ranges from the first byte up to but not including the last. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

/** Progress of `add` or `verify`, several times a second. */
export interface StoreProgress {
  readonly id: string;
  /** `waiting`: another tab downloads the same model, and the numbers are its. */
  readonly phase: 'download' | 'waiting' | 'verify';
  readonly loadedBytes: number;
  /** Null while a server hides the size. */
  readonly totalBytes: number | null;
  /** Bytes that were in the store already. */
  readonly resumedBytes: number;
  /** Mean over the last seconds. */
  readonly bytesPerSecond: number;
  /** Estimate at that speed; null while it is not known. */
  readonly remainingSeconds: number | null;
}

/** Result of `verify`. */
export interface VerifyReport {
  readonly id: string;
  readonly checkedBytes: number;
  /** Bytes in damaged chunks; all of them were fetched again. */
  readonly repairedBytes: number;
}

/** Room of the store. */
export interface StoreUsage {
  /** Bytes of the models that are there. */
  readonly modelBytes: number;
  /** Bytes of everything that this origin keeps, and the most that the browser grants it. */
  readonly originBytes: number;
  readonly quotaBytes: number;
  /** Whether the browser has promised not to evict this origin by itself. */
  readonly isPersistent: boolean;
}

/** How the store reaches the Hub. */
export interface StoreAccess {
  /** Address of a server with the API of the Hugging Face Hub, for `hf:` models. Default: the Hub. */
  readonly hfEndpoint?: string;
  /** Access token for repositories of the Hub that need a login. No other server gets it. */
  readonly hfToken?: string;
}

/** Any message on the port aborts the call. */
export type AbortPort = MessagePort;

/** Methods of the model store that the worker exposes through Comlink. */
export interface StoreApi {
  listModels(): Promise<Outcome<readonly StoredModel[]>>;
  addModel(
    source: WireSource,
    access: StoreAccess,
    onProgress: (progress: StoreProgress) => void,
    abort: AbortPort,
  ): Promise<Outcome<StoredModel>>;
  verifyModel(
    id: string,
    access: StoreAccess,
    onProgress: (progress: StoreProgress) => void,
    abort: AbortPort,
  ): Promise<Outcome<VerifyReport>>;
  deleteModel(id: string): Promise<Outcome<void>>;
  pinModel(id: string, isPinned: boolean): Promise<Outcome<void>>;
  storeUsage(): Promise<Outcome<StoreUsage>>;
  /**
   * State of a SHA-256 after whole blocks; the store in one worker has it computed by another. Goes on from `state`, or with null from
   * the last call for the same stream.
   */
  absorb(
    stream: number,
    state: Int32Array<ArrayBuffer> | null,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<Int32Array<ArrayBuffer>>;
}
