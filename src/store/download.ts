import { readGguf } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { Chunks } from './chunks.ts';
import { chunkCount, type FileRecord } from './entry.ts';
import type { StoreFile, StoreHost } from './host.ts';
import type { Remote } from './request.ts';
import { finish, initialState } from './sha256.ts';
import { fetchMissing } from './transport.ts';

/** Most chunks that are in memory to be hashed. */
const MAX_ABSORBING = 8;

/** Surroundings of a download. */
export interface Downloading {
  readonly host: StoreHost;
  readonly remote: Remote;
  readonly signal: AbortSignal;
  /** Writes the record to the index. */
  readonly save: () => Promise<void>;
  /** Called when bytes have come, with all that are there. */
  readonly onLoaded: (bytes: number) => void;
}

/**
 * Fetches the missing chunks of `record` into `file`, hashes all of them in order, and compares the size with the GGUF header as
 * soon as that is there. Changes `record` as it goes; after a failure it holds what came.
 *
 * @throws ForetokenError `fetch_failed`, `invalid_gguf`, `unsupported_model`, `digest_mismatch`; `SourceChanged`;
 * `QuotaExceededError`
 */
export async function download(
  record: FileRecord,
  file: StoreFile,
  { host, remote, signal, save, onLoaded }: Downloading,
): Promise<void> {
  if (record.sizeBytes !== null) file.resize(record.sizeBytes);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const chunks = new Chunks(record, file, host, save, either);
  const { etag, lastModified } = record.version;
  // Without a name of its version only bytes can tell whether the file is the same: fetch those at its start again.
  if (etag === null && lastModified === null && record.expectedSha256 === null) chunks.forget(0);

  let partialBytes = 0;
  const onPartial = (bytes: number) => {
    partialBytes += bytes;
    onLoaded(chunks.storedBytes + partialBytes);
  };
  const tasks = [
    fetchMissing({ chunks, remote, pause: host.pause, signal: either, onPartial }),
    checkHeader(chunks),
    hash(chunks, host),
  ];
  // The first failure stops the others.
  for (const task of tasks) task.catch(error => stop.abort(error));
  await Promise.allSettled(tasks);
  await chunks.save();
  either.throwIfAborted();
}

/** Reads the header while the rest is on its way, so that a file that cannot be right ends the download early. */
async function checkHeader(chunks: Chunks): Promise<void> {
  const { record } = chunks;
  if (record.sizeBytes === null) await chunks.until(() => record.sizeBytes !== null);
  await readGguf({
    name: record.name,
    sizeBytes: record.sizeBytes ?? 0,
    async read(offset, length) {
      await chunks.until(() => chunks.hasRange(offset, offset + length));
      return chunks.read(offset, offset + length);
    },
  });
}

/** Hashes the chunks in order as they arrive, and compares the SHA-256 of the content with the one that it must have. */
async function hash(chunks: Chunks, host: Pick<StoreHost, 'hashFrom'>): Promise<void> {
  const { record } = chunks;
  const state = () => record.states.at(-1) ?? initialState();
  const absorb = host.hashFrom(state());
  const isLast = (chunk: number) => record.sizeBytes !== null && chunk >= chunkCount(record) - 1;
  // In a file of unknown size only its successor shows that a chunk is not the last.
  const isThere = (chunk: number) =>
    chunks.has(chunk) && (record.sizeBytes !== null || chunks.has(chunk + 1));
  const absorbing: Promise<void>[] = [];
  let chunk = record.states.length;
  for (; ; chunk++) {
    await chunks.until(() => isThere(chunk));
    if (isLast(chunk)) break;
    const index = chunk;
    const absorbed = absorb(chunks.take(chunk)).then(after => {
      // After a failure what comes later has no place.
      if (record.states.length === index) record.states.push(after);
    });
    absorbed.catch(() => {});
    absorbing.push(absorbed);
    if (absorbing.length > MAX_ABSORBING) await absorbing.shift();
  }
  await Promise.all(absorbing);
  compare(record, finish(state(), chunks.take(chunk), record.sizeBytes ?? 0));
}

/** Notes the digest. Forgets everything if it is wrong, since nobody knows which bytes are. */
function compare(record: FileRecord, sha256: string): void {
  const { expectedSha256, name, url } = record;
  if (expectedSha256 === null || sha256 === expectedSha256) {
    record.sha256 = sha256;
    return;
  }
  throw new ForetokenError(
    'digest_mismatch',
    `${name} came with the SHA-256 ${sha256}, but it should be ${expectedSha256}; what came was removed, check ${url} or the digest, and add it again`,
    { sha256, expectedSha256 },
  );
}
