import { type ByteSource, checkRead } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { checksum, isSameChunk } from './checksum.ts';
import { chunkRange, type Entry, type FileRecord } from './entry.ts';
import type { StoreHost } from './host.ts';
import { requestPiece, SILENCE_MS } from './request.ts';

/** Chunks that stay in memory, since reads of weights lie side by side and overlap in chunks. */
const MAX_KEPT = 4;

type ReadChunk = (chunk: number) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Opens the files of a complete model for reading. Each chunk is compared with its checksum before a byte of it is used; a damaged one
 * is fetched from the source for this reading, and taken as missing in the store, where the next `add` repairs it.
 */
export async function openStored(
  entry: Entry,
  host: StoreHost,
  fetch: typeof globalThis.fetch,
): Promise<readonly ByteSource[]> {
  return Promise.all(
    entry.files.map(async file => {
      const blob = await host.folder.blob(file.path);
      if (blob) return sourceOf(file, chunk => readChunk(entry.id, file, blob, chunk, host, fetch));
      throw new ForetokenError(
        'fetch_failed',
        `${entry.id} was deleted from the store meanwhile; load it again`,
      );
    }),
  );
}

function sourceOf(file: FileRecord, readChunk: ReadChunk): ByteSource {
  const { chunkBytes } = file;
  const kept = new Map<number, ReturnType<ReadChunk>>();
  const bytesOf = (chunk: number) => {
    const bytes = kept.get(chunk) ?? readChunk(chunk);
    // The last one in the map is the one that was used last.
    kept.delete(chunk);
    kept.set(chunk, bytes);
    bytes.catch(() => kept.delete(chunk));
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(oldest);
    }
    return bytes;
  };
  const source: ByteSource = {
    name: file.name,
    sizeBytes: file.sizeBytes ?? 0,
    async read(offset, length, signal) {
      checkRead(source, offset, length, signal);
      const first = Math.floor(offset / chunkBytes);
      const start = offset - first * chunkBytes;
      if (start + length <= chunkBytes) {
        return length === 0 ? new Uint8Array() : (await bytesOf(first)).subarray(start, start + length);
      }
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const chunk = Math.floor((offset + at) / chunkBytes);
        const from = offset + at - chunk * chunkBytes;
        const piece = (await bytesOf(chunk)).subarray(from, from + length - at);
        bytes.set(piece, at);
        at += piece.byteLength;
      }
      return bytes;
    },
  };
  return source;
}

async function readChunk(
  id: string,
  file: FileRecord,
  blob: Blob,
  chunk: number,
  host: StoreHost,
  fetch: typeof globalThis.fetch,
): Promise<Uint8Array<ArrayBuffer>> {
  const { from, to } = chunkRange(file, chunk);
  const stored = await blob
    .slice(from, to)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0));
  const bytes = new Uint8Array(stored);
  if (checksum(bytes) === file.checksums[chunk]) return bytes;
  await host.index.update(id, entry => entry && withoutChunk(entry, file, chunk));
  let cause: unknown = new Error('the source has other bytes there');
  try {
    const again = await fetchRange(file, from, to, fetch);
    if (isSameChunk(file, chunk, again)) return again;
  } catch (error) {
    cause = error;
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new ForetokenError(
    'fetch_failed',
    `${file.name} is damaged in the store from byte ${from} to ${to}, and the bytes could not be fetched again (${reason}); load it again when ${file.url} answers`,
    { url: file.url, from, to },
    { cause },
  );
}

/** Entry in which a chunk is taken as missing. */
function withoutChunk(entry: Entry, { path }: FileRecord, chunk: number): Entry {
  const files = entry.files.map(file =>
    file.path === path ? { ...file, present: file.present.with(chunk, false) } : file,
  );
  return { ...entry, files };
}

async function fetchRange(
  { url }: FileRecord,
  from: number,
  to: number,
  fetch: typeof globalThis.fetch,
): Promise<Uint8Array<ArrayBuffer>> {
  const never = new AbortController().signal;
  const piece = await requestPiece({ url, fetch, silenceMs: SILENCE_MS }, { from, to }, never);
  const skipped = piece.kind === 'whole' ? from : 0;
  const bytes = new Uint8Array(to - from);
  let at = -skipped;
  for await (const part of piece.bytes) {
    const wanted = part.subarray(Math.max(0, -at), Math.max(0, bytes.byteLength - at));
    bytes.set(wanted, Math.max(0, at));
    at += part.byteLength;
    if (at >= bytes.byteLength) break;
  }
  return bytes;
}
