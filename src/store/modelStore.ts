import type { ByteSource } from '../gguf/index.ts';
import type { RemoteFile } from '../hub/resolve.ts';
import type { StoredModel, StoreUsage, VerifyReport } from '../protocol/store.ts';
import { ForetokenError } from '../util/errors.ts';
import {
  CHUNK_BYTES,
  describeEntry,
  type Entry,
  emptied,
  isComplete,
  newRecord,
  presentBytes,
} from './entry.ts';
import { fetchEntry } from './fetchEntry.ts';
import type { StoreCall, StoreHost } from './host.ts';
import { type Description, isSameFile, probe } from './probe.ts';
import { SILENCE_MS, SourceChanged } from './request.ts';
import { isQuotaExceeded } from './retries.ts';
import { lockName, quotaExceeded, removeEntry, sweep } from './room.ts';
import { openStored } from './storedSource.ts';
import { forgetDamage } from './verify.ts';

/** Model to keep. */
export interface Wanted {
  readonly id: string;
  /** Looks up its files. */
  readonly resolve: (signal: AbortSignal) => Promise<readonly RemoteFile[]>;
  readonly fetch: typeof fetch;
}

/** Model that is open for reading. */
export interface OpenModel {
  /** Its files in order. They check what they read, and fetch again what is damaged. */
  readonly sources: readonly ByteSource[];
  /** Lets others delete the model again. */
  readonly close: () => void;
}

/** Longest wait for the source of a model that is complete, before it is used as it is. */
const REVALIDATION_MS = 5_000;
/** Times that a file may change at its source during one download. */
const MAX_CHANGES = 3;

/** Models in the private files of the origin, which all its tabs share. */
export class ModelStore {
  readonly #host: StoreHost;
  readonly #chunkBytes: number;

  constructor(host: StoreHost, chunkBytes = CHUNK_BYTES) {
    this.#host = host;
    this.#chunkBytes = chunkBytes;
  }

  /** All models, also incomplete ones; the one that was used last comes first. */
  async list(): Promise<readonly StoredModel[]> {
    const entries = await this.#host.index.all();
    return entries.map(describeEntry).sort((a, b) => b.usedAt - a.usedAt);
  }

  /**
   * Brings the store up to date with the source: downloads what is missing or has changed there. A complete model is used as it is
   * if the source does not answer.
   *
   * @throws ForetokenError as `fetchEntry` does, and `aborted`; what came stays for the next call
   */
  async add(wanted: Wanted, call: StoreCall): Promise<StoredModel> {
    return describeEntry(await this.#bring(wanted, call));
  }

  /** Like `add`, and opens the model for reading. */
  async open(wanted: Wanted, call: StoreCall): Promise<OpenModel> {
    await this.#bring(wanted, call);
    const close = await this.#host.locks.share(lockName(wanted.id));
    try {
      const entry = await this.#entry(wanted.id);
      return { sources: await openStored(entry, this.#host, wanted.fetch), close };
    } catch (error) {
      close();
      throw error;
    }
  }

  /**
   * Reads all of a model, compares every chunk with the checksum that it had when it came, and fetches damaged and missing ones.
   *
   * @throws ForetokenError `not_found`, and as `fetchEntry` does
   */
  verify(id: string, fetch: Wanted['fetch'], call: StoreCall): Promise<VerifyReport> {
    return this.#alone(id, call, async () => {
      const entry = await this.#entry(id);
      const report = await forgetDamage(entry, this.#host, call);
      try {
        await fetchEntry(entry, this.#host, fetch, call);
      } catch (error) {
        if (!(error instanceof SourceChanged)) throw error;
        throw new ForetokenError(
          'fetch_failed',
          `${id} has changed at its source since it was stored, so damaged parts cannot be fetched again; add it anew`,
          {},
          { cause: error },
        );
      }
      return report;
    });
  }

  /** Removes a model. Throws `not_found`, or `in_use` while a tab downloads or loads it. */
  async delete(id: string): Promise<void> {
    await this.#entry(id);
    if (await this.#host.locks.aloneNow(lockName(id), () => removeEntry(this.#host, id))) return;
    throw new ForetokenError(
      'in_use',
      `${id} is being downloaded or loaded in this or another tab; delete it when that has ended`,
    );
  }

  /** Keeps a model from making room for others, or no longer. Throws `not_found`. */
  async setPinned(id: string, isPinned: boolean): Promise<void> {
    await this.#entry(id);
    await this.#host.index.update(id, entry => entry && { ...entry, isPinned });
  }

  async usage(): Promise<StoreUsage> {
    const { index, room } = this.#host;
    const files = (await index.all()).flatMap(entry => entry.files);
    const { usedBytes, quotaBytes } = await room.estimate();
    return {
      modelBytes: files.reduce((sum, file) => sum + presentBytes(file), 0),
      originBytes: usedBytes,
      quotaBytes,
      isPersistent: await room.isPersistent(),
    };
  }

  async #bring(wanted: Wanted, call: StoreCall): Promise<Entry> {
    const { index } = this.#host;
    const { id } = wanted;
    let now = await this.#lookUp(wanted, await index.get(id), call.signal);
    const known = await index.get(id);
    if (known && (await this.#isReady(known, now))) return this.#touch(known);
    return this.#alone(id, call, async () => {
      for (let changes = 0; ; changes++) {
        try {
          const entry = await this.#prepare(id, now);
          await fetchEntry(entry, this.#host, wanted.fetch, call);
          return await this.#touch(entry);
        } catch (error) {
          // Even the table may find no room.
          if (isQuotaExceeded(error)) throw await quotaExceeded(this.#host, id, null);
          if (!(error instanceof SourceChanged)) throw error;
          if (changes === MAX_CHANGES) throw keepsChanging(id, error);
          now = await this.#lookUp(wanted, null, call.signal);
          // Only its bytes tell a changed file with the same name and size from the old one.
          await this.#dropIncomplete(id);
        }
      }
    });
  }

  /** Files of the model at its source; null if it does not answer, but `known` is complete. */
  async #lookUp(
    { resolve, fetch }: Wanted,
    known: Entry | null,
    signal: AbortSignal,
  ): Promise<readonly Description[] | null> {
    const isUsable = known?.files.every(isComplete) ?? false;
    const patience = isUsable
      ? { signal: AbortSignal.any([signal, AbortSignal.timeout(REVALIDATION_MS)]), maxFailures: 2 }
      : { signal };
    try {
      const files = await resolve(patience.signal);
      const remote = { fetch, silenceMs: SILENCE_MS };
      return await Promise.all(files.map(file => probe(file, remote, this.#host, patience)));
    } catch (error) {
      signal.throwIfAborted();
      if (isUsable) return null;
      throw error;
    }
  }

  /** Whether a model is complete, whole on the disk, and the one at its source. */
  async #isReady({ files }: Entry, now: readonly Description[] | null): Promise<boolean> {
    if (now && (now.length !== files.length || !now.every((file, i) => isSameFile(files[i], file)))) {
      return false;
    }
    const blobs = await Promise.all(files.map(({ path }) => this.#host.folder.blob(path)));
    return files.every((file, i) => isComplete(file) && blobs[i]?.size === file.sizeBytes);
  }

  /** Entry with a record for each file: the known one if the file is the same, and otherwise an empty one. */
  async #prepare(id: string, now: readonly Description[] | null): Promise<Entry> {
    const { index, now: clock, newName } = this.#host;
    await index.update(id, known => {
      const at = clock();
      const files = now?.map(file => {
        const same = known?.files.find(record => isSameFile(record, file));
        return same ? { ...same, url: file.url } : newRecord(file, newName(), this.#chunkBytes);
      });
      const start = known ?? { id, files: [], addedAt: at, usedAt: at, isPinned: false };
      return { ...start, files: files ?? start.files };
    });
    await sweep(this.#host);
    return this.#entry(id);
  }

  /** Replaces the records of incomplete files by empty ones. */
  async #dropIncomplete(id: string): Promise<void> {
    const { index, newName } = this.#host;
    await index.update(
      id,
      entry =>
        entry && {
          ...entry,
          files: entry.files.map(file => (isComplete(file) ? file : emptied(file, newName()))),
        },
    );
  }

  async #touch(entry: Entry): Promise<Entry> {
    const usedAt = this.#host.now();
    await this.#host.index
      .update(entry.id, stored => stored && { ...stored, usedAt })
      .catch(error => {
        // A full disk is no reason to refuse a model that is there.
        if (!isQuotaExceeded(error)) throw error;
      });
    return this.#entry(entry.id);
  }

  async #entry(id: string): Promise<Entry> {
    const entry = typeof id === 'string' ? await this.#host.index.get(id) : null;
    if (entry) return entry;
    throw new ForetokenError('not_found', `${id} is not in the store; list() says what is`);
  }

  #alone<T>(id: string, { signal, onProgress }: StoreCall, run: () => Promise<T>): Promise<T> {
    const whileWaiting = () =>
      this.#host.news.listen(progress => {
        if (progress.id === id) onProgress({ ...progress, phase: 'waiting' });
      });
    return this.#host.locks.alone(lockName(id), run, { signal, whileWaiting });
  }
}

function keepsChanging(id: string, cause: unknown): ForetokenError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ForetokenError(
    'fetch_failed',
    `${id} changed ${MAX_CHANGES + 1} times while it was downloaded (${reason}); add it again when its source is at rest`,
    {},
    { cause },
  );
}
