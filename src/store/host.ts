import type { StoreProgress } from '../protocol/store.ts';
import type { Entry } from './entry.ts';
import type { Absorb } from './sha256.ts';

/** Capabilities of the browser that the store needs. Tests have them in memory. */
export interface StoreHost {
  readonly folder: Folder;
  readonly index: Index;
  readonly locks: Locks;
  /** Progress of downloads in all tabs of the origin. */
  readonly news: News;
  readonly room: Room;
  /** Goes on with a SHA-256 from a state, beside the thread of the store. It keeps the memory of the bytes. */
  hashFrom(state: Int32Array<ArrayBuffer>): Absorb;
  /** Resolves after `ms`, or early when the network comes back. Rejects if the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Name that no file has had. */
  newName(): string;
}

/** Surroundings of a call that takes long. */
export interface StoreCall {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: StoreProgress) => void;
}

/** Folder with the files of the models. */
export interface Folder {
  /** Opens a file for the store alone, empty if it is new. */
  open(path: string): Promise<StoreFile>;
  /** Content of a file, which stays where it is until it is read. Null if the file is not there. */
  blob(path: string): Promise<Blob | null>;
  /** Names of all files. */
  list(): Promise<readonly string[]>;
  /** Removes a file if it is there. */
  remove(path: string): Promise<void>;
}

/** Open file. Its methods throw `QuotaExceededError` if the browser grants no more room. */
export interface StoreFile {
  size(): number;
  resize(nBytes: number): void;
  read(from: number, to: number): Uint8Array<ArrayBuffer>;
  write(bytes: Uint8Array, at: number): void;
  /** Brings what was written to the disk. */
  flush(): void;
  close(): void;
}

/** Table of the entries, shared by all tabs. */
export interface Index {
  get(id: string): Promise<Entry | null>;
  all(): Promise<readonly Entry[]>;
  /** Replaces an entry in one step; null for none, before and after. */
  update(id: string, change: (entry: Entry | null) => Entry | null): Promise<void>;
}

/** Locks among all tabs of the origin. The lock of a tab that dies is free. */
export interface Locks {
  /** Runs alone. While another holds the lock, `whileWaiting` has been called, and its result is called at the end of the wait. */
  alone<T>(
    name: string,
    run: () => Promise<T>,
    options: { readonly signal: AbortSignal; readonly whileWaiting: () => () => void },
  ): Promise<T>;
  /** Runs alone, or not at all and returns false if another holds the lock. */
  aloneNow(name: string, run: () => Promise<void>): Promise<boolean>;
  /** Keeps others from running alone until the result is called. */
  share(name: string): Promise<() => void>;
}

export interface News {
  post(progress: StoreProgress): void;
  /** Returns the function that ends it. */
  listen(onProgress: (progress: StoreProgress) => void): () => void;
}

export interface Room {
  estimate(): Promise<{ readonly usedBytes: number; readonly quotaBytes: number }>;
  isPersistent(): Promise<boolean>;
}
