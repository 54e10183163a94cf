import { refused } from '../hub/refused.ts';
import { contentRange } from '../util/contentRange.ts';
import { ForetokenError } from '../util/errors.ts';
import type { Version } from './entry.ts';

/** File at an address, and how to get it. */
export interface Remote {
  readonly url: string;
  readonly fetch: typeof fetch;
  /** Milliseconds without a byte after which a connection counts as lost. */
  readonly silenceMs: number;
}

/** Bytes of a file as they come. */
export interface Piece {
  readonly version: Version;
  /** Whether these are the bytes asked for, or the whole file since the server knows no ranges. */
  readonly kind: 'range' | 'whole';
  /** Size of the file; null if the server, its compression or CORS hides it. */
  readonly sizeBytes: number | null;
  /** Whether the server says that it is a page for people. */
  readonly isPage: boolean;
  /** SHA-256 of the file, if the server says it. */
  readonly sha256: string | null;
  readonly bytes: AsyncGenerator<Uint8Array, void, undefined>;
  /** Ends the connection, also if no byte was read. */
  readonly leave: () => void;
}

/** Thrown if the file is no longer the one that the download began with. */
export class SourceChanged extends Error {}

/** Thrown if the server's ranges are not those of the file; the whole file may still be right. */
export class RangesUnusable extends Error {}

/** Default of `silenceMs`. */
export const SILENCE_MS = 30_000;

/** Statuses after which the same request may succeed. */
const TRANSIENT = [408, 425, 429];

/**
 * Requests the bytes from `from` up to `to`, or everything. The body has to be read to its end or left.
 *
 * Throws a `ForetokenError` if no further attempt would help. Other errors justify one: a lost connection, a busy server, a page
 * that stands before the network.
 */
export async function requestPiece(
  { url, fetch, silenceMs }: Remote,
  range: { readonly from: number; readonly to: number } | null,
  signal: AbortSignal,
): Promise<Piece> {
  const silence = new AbortController();
  const watch = () =>
    setTimeout(() => silence.abort(new Error(`nothing came for ${silenceMs / 1000} s`)), silenceMs);
  let timer = watch();
  const both = AbortSignal.any([signal, silence.signal]);
  const headers = range ? { range: `bytes=${range.from}-${range.to - 1}` } : {};
  try {
    // Bypass the HTTP cache: Chromium's mixes ranges with an earlier compressed response for the whole file.
    const response = await fetch(url, { headers, cache: 'no-store', signal: both });
    const piece = describe(response, url, range);
    const leave = () => {
      clearTimeout(timer);
      silence.abort(new Error('the rest is not needed'));
    };
    return { ...piece, bytes: read(response), leave };
  } catch (error) {
    clearTimeout(timer);
    throw error;
  }

  async function* read(response: Response): Piece['bytes'] {
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const { done = true, value } = (await reader?.read()) ?? {};
        clearTimeout(timer);
        timer = watch();
        if (done || !value) return;
        yield value;
      }
    } finally {
      clearTimeout(timer);
      await reader?.cancel().catch(() => {});
    }
  }
}

function describe(
  response: Response,
  url: string,
  range: { readonly from: number; readonly to: number } | null,
): Omit<Piece, 'bytes' | 'leave'> {
  const { status, headers } = response;
  const leave = () => void response.body?.cancel().catch(() => {});
  if (!response.ok) {
    leave();
    if (status === 416) throw new SourceChanged(`HTTP 416 for the bytes from ${range?.from ?? 0}`);
    if (status >= 500 || TRANSIENT.includes(status)) throw new Error(`HTTP ${status}`);
    throw refused(response, url);
  }
  const version = { etag: headers.get('etag'), lastModified: headers.get('last-modified') };
  const linked = headers.get('x-linked-etag')?.replaceAll('"', '') ?? '';
  const said = {
    version,
    sha256: /^[0-9a-f]{64}$/.test(linked) ? linked : null,
    isPage: headers.get('content-type')?.startsWith('text/html') ?? false,
  };
  // The length of a compressed body is not that of the file, and its ranges are not the file's.
  const isEncoded = !['identity', ''].includes(headers.get('content-encoding') ?? '');
  if (status === 206 && isEncoded) {
    leave();
    throw new RangesUnusable('the server sends ranges of a compressed file');
  }
  if (status !== 206) {
    const length = headers.get('content-length');
    return { ...said, kind: 'whole', sizeBytes: isEncoded || length === null ? null : Number(length) };
  }
  const sent = contentRange(headers);
  if (range && sent && sent.start !== range.from) {
    leave();
    throw new RangesUnusable(`bytes from ${sent.start} came instead of from ${range.from}`);
  }
  return { ...said, kind: 'range', sizeBytes: sent?.total ?? null };
}

/** Whether both are of one version, as far as is known. */
export function sameVersion(a: Version, b: Version): boolean {
  if (a.etag !== null && b.etag !== null) return a.etag === b.etag;
  return a.lastModified === null || b.lastModified === null || a.lastModified === b.lastModified;
}

/** Error for a download that is given up; what came stays. */
export function brokenOff(url: string, presentBytes: number, cause: unknown): ForetokenError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ForetokenError(
    'fetch_failed',
    `${url}: the download broke off with ${presentBytes} bytes in the store (${reason}); add it again to go on from there`,
    { url, presentBytes },
    { cause },
  );
}
