import { ForetokenError } from '../util/errors.ts';
import { download } from './download.ts';
import {
  chunkRange,
  type Entry,
  type FileRecord,
  forgetAll,
  isComplete,
  presentBytes,
  totalBytes,
} from './entry.ts';
import type { StoreCall, StoreFile, StoreHost } from './host.ts';
import { Meter } from './progress.ts';
import { SILENCE_MS } from './request.ts';
import { isQuotaExceeded } from './retries.ts';
import { makeRoom, quotaExceeded, removeEntry, removeOldest } from './room.ts';

/** Attempts at a file that is open elsewhere, and the pause between them. */
const OPEN_ATTEMPTS = 20;
const OPEN_PAUSE_MS = 250;

/** Codes of errors after which the bytes that came are of no use. */
const USELESS = ['invalid_gguf', 'unsupported_model', 'digest_mismatch', 'quota_exceeded'];

/**
 * Downloads what is missing of a model, file by file. Needs the model's lock.
 *
 * @throws ForetokenError `fetch_failed`; `invalid_gguf`, `unsupported_model`, `digest_mismatch` or `quota_exceeded`, which remove
 * what came of a file. `SourceChanged`
 */
export async function fetchEntry(
  entry: Entry,
  host: StoreHost,
  fetch: typeof globalThis.fetch,
  { signal, onProgress }: StoreCall,
): Promise<void> {
  const { id, files } = entry;
  for (const file of files) await forgetCut(file, host);
  const bytes = () => files.reduce((sum, file) => sum + presentBytes(file), 0);
  const report = (progress: Parameters<typeof onProgress>[0]) => {
    onProgress(progress);
    host.news.post(progress);
  };
  const meter = new Meter({ id, phase: 'download', resumedBytes: bytes() }, report, host.now);
  const save = () => host.index.update(id, stored => ({ ...(stored ?? entry), files }));
  const fetchFile = async (file: FileRecord) => {
    const others = bytes() - presentBytes(file);
    const opened = await openFile(file, host, signal);
    try {
      await makeRoom(host, id, (file.sizeBytes ?? 0) - opened.size());
      await download(file, opened, {
        host,
        remote: { url: file.url, fetch, silenceMs: SILENCE_MS },
        signal,
        save,
        onLoaded: loaded => meter.update(others + loaded, totalBytes(files)),
      });
    } finally {
      opened.close();
    }
  };
  for (const file of files) {
    if (isComplete(file)) continue;
    try {
      await withRoom(file, entry, host, () => fetchFile(file));
    } catch (cause) {
      const error = isQuotaExceeded(cause) ? await quotaExceeded(host, id, file.sizeBytes) : cause;
      if (error instanceof ForetokenError && USELESS.includes(error.code)) await drop(file, entry, host);
      throw error;
    }
  }
}

/**
 * Makes room and fetches again where the browser grants less than it reports, as Chrome does, which always reports 10 GiB. A file of
 * unknown size takes the place of one model after another until it fits.
 */
async function withRoom(
  file: FileRecord,
  { id }: Entry,
  host: StoreHost,
  fetchFile: () => Promise<void>,
): Promise<void> {
  for (let hasRoom = false; ; ) {
    try {
      return await fetchFile();
    } catch (error) {
      // Room for all that is missing was made before.
      const isInVain = hasRoom && file.sizeBytes !== null;
      const missingBytes = file.sizeBytes === null ? 1 : file.sizeBytes - presentBytes(file);
      if (!isQuotaExceeded(error) || isInVain || !(await removeOldest(host, id, missingBytes))) throw error;
      hasRoom = true;
    }
  }
}

/** Opens the file of a record, for which a tab that just died may still stand in the way. */
export async function openFile(
  { path }: FileRecord,
  { folder, pause }: StoreHost,
  signal: AbortSignal,
): Promise<StoreFile> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await folder.open(path);
    } catch (error) {
      signal.throwIfAborted();
      const isHeld = error instanceof Error && error.name === 'NoModificationAllowedError';
      if (!isHeld || attempt === OPEN_ATTEMPTS) throw error;
      await pause(OPEN_PAUSE_MS, signal);
    }
  }
}

/** Takes chunks as missing that lie behind the end of the file, or all if it is gone. */
async function forgetCut(file: FileRecord, { folder }: StoreHost): Promise<void> {
  const size = (await folder.blob(file.path))?.size ?? 0;
  for (const chunk of file.present.keys()) {
    if (chunkRange(file, chunk).to > size) file.present[chunk] = false;
  }
}

/** Takes a file out of the store, and with its last file the model. */
async function drop(file: FileRecord, entry: Entry, host: StoreHost): Promise<void> {
  forgetAll(file);
  if (entry.files.every(other => presentBytes(other) === 0)) return removeEntry(host, entry.id);
  await host.folder.remove(file.path);
  await host.index.update(entry.id, stored => ({ ...(stored ?? entry), files: entry.files }));
}
