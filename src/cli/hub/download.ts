import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf, refused } from '../../hub/refused.ts';
import { ForetokenError } from '../../util/errors.ts';

/** File to download, and its destination. */
export interface Download {
  readonly url: string;
  readonly path: string;
  /** Name in messages. */
  readonly name: string;
  readonly sizeBytes?: number;
  /** SHA-256 in 64 hexadecimal digits, or git's id of the content in 40. */
  readonly digest?: string;
}

export interface Transfer {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  readonly onProgress: (loadedBytes: number, totalBytes: number | null) => void;
  /** Pause after a failure, and length of a silence that counts as one. */
  readonly pauseMs?: number;
  readonly silenceMs?: number;
}

/** Failures in a row, without a byte in between, that end a download. */
const MAX_FAILURES = 4;

/**
 * Downloads a file into `<path>.incomplete`, continuing an earlier attempt or process, checks it and renames it. Reconnects when
 * a connection breaks. Throws `fetch_failed` and keeps the bytes so far, unless they are wrong.
 */
export async function download(file: Download, transfer: Transfer): Promise<void> {
  const partial = `${file.path}.incomplete`;
  await mkdir(dirname(partial), { recursive: true });
  for (let failures = 0; ; ) {
    const before = await sizeOf(partial);
    if (file.sizeBytes !== undefined && before === file.sizeBytes) break;
    try {
      await fetchRest(file, partial, before, transfer);
      break;
    } catch (error) {
      transfer.signal.throwIfAborted();
      if (error instanceof ForetokenError) throw error;
      if (isFull(error)) throw noRoom(file, null);
      const loaded = await sizeOf(partial);
      failures = loaded > before ? 1 : failures + 1;
      if (failures >= MAX_FAILURES) throw brokenOff(file, loaded, error);
      await pause((transfer.pauseMs ?? 1000) * failures, undefined, { signal: transfer.signal });
    }
  }
  await check(file, partial);
  await rename(partial, file.path);
}

/** Appends the bytes after `start`. Errors other than a `ForetokenError` justify another attempt. */
async function fetchRest(file: Download, partial: string, start: number, transfer: Transfer): Promise<void> {
  const { signal, onProgress, silenceMs = 30_000 } = transfer;
  const silent = new AbortController();
  const watch = setTimeout(
    () => silent.abort(new Error(`nothing came for ${silenceMs / 1000} s`)),
    silenceMs,
  );
  try {
    const response = await transfer.fetch(file.url, {
      // A compressed response would have other byte offsets than the file.
      headers: { 'accept-encoding': 'identity', ...(start > 0 && { range: `bytes=${start}-` }) },
      signal: AbortSignal.any([signal, silent.signal]),
    });
    const offset = await checkResponse(response, file, partial, start);
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = file.sizeBytes ?? (Number.isNaN(length) ? null : offset + length);
    if (total !== null) await checkRoom(file, total - offset);
    if (!response.body) throw new Error('no body came');
    let loaded = offset;
    const out = await open(partial, offset > 0 ? 'a' : 'w');
    try {
      // Write each piece to the disk before requesting the next, so that a broken connection loses nothing.
      for await (const chunk of response.body) {
        watch.refresh();
        await out.writeFile(chunk);
        loaded += chunk.length;
        onProgress(loaded, total);
      }
    } finally {
      await out.close();
    }
    if (total === null || loaded === total) return;
    if (loaded > total) await rm(partial);
    throw new Error(`${loaded} of ${total} bytes came`);
  } finally {
    clearTimeout(watch);
  }
}

/** Offset of the first byte of the response's body. */
async function checkResponse(
  response: Response,
  file: Download,
  partial: string,
  start: number,
): Promise<number> {
  const { status } = response;
  if (status === 200) return 0;
  const from = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (status === 206 && Number(from) === start) return start;
  await response.body?.cancel();
  // The partial file does not fit the server's: start over.
  if (status === 206 || status === 416) {
    await rm(partial, { force: true });
    throw new Error(`HTTP ${status} for the bytes from ${start} on`);
  }
  if (status >= 500 || status === 429) throw new Error(`HTTP ${status}`);
  throw refused(response, file.name);
}

async function check({ name, sizeBytes, digest }: Download, partial: string): Promise<void> {
  if (digest === undefined) return;
  const hash = createHash(digest.length === 64 ? 'sha256' : 'sha1');
  if (digest.length === 40) hash.update(`blob ${sizeBytes ?? (await sizeOf(partial))}\0`);
  for await (const chunk of createReadStream(partial, { highWaterMark: 1 << 20 })) hash.update(chunk);
  const actual = hash.digest('hex');
  if (actual === digest) return;
  await rm(partial);
  throw new ForetokenError(
    'fetch_failed',
    `${name} came with the digest ${actual}, but it should be ${digest}; what came was removed, start again`,
  );
}

async function checkRoom(file: Download, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(file.path));
  if (bavail * bsize < neededBytes) throw noRoom(file, neededBytes);
}

function noRoom({ name, path }: Download, neededBytes: number | null): ForetokenError {
  const needed = neededBytes === null ? '' : `, which needs ${neededBytes} more bytes`;
  return new ForetokenError(
    'fetch_failed',
    `the disk of ${dirname(path)} is too full for ${name}${needed}; free some room, or choose another folder with LLAMA_CACHE`,
  );
}

function brokenOff({ name, path, sizeBytes }: Download, loaded: number, error: unknown): ForetokenError {
  const amount = sizeBytes === undefined ? `${loaded}` : `${loaded} of ${sizeBytes}`;
  return new ForetokenError(
    'fetch_failed',
    `the download of ${name} broke off after ${amount} bytes (${reasonOf(error)}); start again to go on from there (${basename(path)}.incomplete)`,
  );
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}
