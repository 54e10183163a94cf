import { checksum, isSameChunk } from './checksum.ts';
import { chunkCount, chunkRange, type FileRecord, presentBytes } from './entry.ts';
import type { StoreFile, StoreHost } from './host.ts';
import { SourceChanged } from './request.ts';

/** Time between two records of what is there. A crash of the tab loses no more than what came since. */
const SAVE_MS = 500;
/** Chunks that stay in memory after they are stored, so that most are not read again to be hashed. */
const MAX_RECENT = 8;

/** Chunks of a file while it is being fetched: some are there, others arrive. */
export class Chunks {
  readonly record: FileRecord;
  readonly #file: StoreFile;
  readonly #host: Pick<StoreHost, 'now'>;
  readonly #saveRecord: () => Promise<void>;
  readonly #signal: AbortSignal;
  /** Bytes of the chunks that were stored last. */
  readonly #recent = new Map<number, Uint8Array<ArrayBuffer>>();
  /** Callers of `until`. */
  #waiting: (() => void)[] = [];
  #storedBytes: number;
  #savedAt = 0;
  #saving: Promise<void> = Promise.resolve();

  constructor(
    record: FileRecord,
    file: StoreFile,
    host: Pick<StoreHost, 'now'>,
    saveRecord: () => Promise<void>,
    signal: AbortSignal,
  ) {
    this.record = record;
    this.#file = file;
    this.#host = host;
    this.#saveRecord = saveRecord;
    this.#signal = signal;
    this.#storedBytes = presentBytes(record);
    signal.addEventListener('abort', () => this.#wake());
  }

  get storedBytes(): number {
    return this.#storedBytes;
  }

  has(chunk: number): boolean {
    return this.record.present[chunk] === true;
  }

  hasRange(from: number, to: number): boolean {
    const { chunkBytes } = this.record;
    for (let chunk = Math.floor(from / chunkBytes); chunk * chunkBytes < to; chunk++) {
      if (!this.has(chunk)) return false;
    }
    return true;
  }

  /** Stores the bytes of a chunk, which are the store's from then on, unless it is there. Throws `SourceChanged` if it had other bytes before. */
  put(chunk: number, bytes: Uint8Array<ArrayBuffer>): void {
    const { checksums, present, chunkBytes } = this.record;
    if (checksums[chunk] && !isSameChunk(this.record, chunk, bytes)) {
      throw new SourceChanged(`the bytes from ${chunk * chunkBytes} on are not what they were`);
    }
    if (present[chunk]) return;
    this.#file.write(bytes, chunk * chunkBytes);
    checksums[chunk] ??= checksum(bytes);
    present[chunk] = true;
    this.#recent.set(chunk, bytes);
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > MAX_RECENT) this.#recent.delete(oldest);
    this.#storedBytes += bytes.byteLength;
    this.#wake();
    if (this.#host.now() > this.#savedAt + SAVE_MS) void this.save().catch(() => {});
  }

  /** Takes a chunk as missing, though its checksum stays. */
  forget(chunk: number): void {
    if (!this.has(chunk)) return;
    const { from, to } = chunkRange(this.record, chunk);
    this.record.present[chunk] = false;
    this.#storedBytes -= to - from;
  }

  /** Ends a file of unknown size. */
  endAt(sizeBytes: number): void {
    this.record.sizeBytes = sizeBytes;
    this.record.present.length = chunkCount(this.record);
    this.#wake();
  }

  /** Bytes of a chunk that is there; the caller may keep their memory. */
  take(chunk: number): Uint8Array<ArrayBuffer> {
    const recent = this.#recent.get(chunk);
    this.#recent.delete(chunk);
    const { from, to } = chunkRange(this.record, chunk);
    return recent ?? this.read(from, to);
  }

  read(from: number, to: number): Uint8Array<ArrayBuffer> {
    return this.#file.read(from, to);
  }

  /** Resolves when the condition holds, which is tried whenever a chunk arrives. Rejects if the signal aborts. */
  async until(condition: () => boolean): Promise<void> {
    for (;;) {
      this.#signal.throwIfAborted();
      if (condition()) return;
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  /** Records what is there: first the bytes on the disk, then the index. */
  save(): Promise<void> {
    this.#savedAt = this.#host.now();
    this.#saving = this.#saving.then(
      () => this.#saveNow(),
      () => this.#saveNow(),
    );
    return this.#saving;
  }

  #saveNow(): Promise<void> {
    this.#file.flush();
    return this.#saveRecord();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
