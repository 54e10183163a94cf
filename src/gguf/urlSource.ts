import { contentRange } from '../util/contentRange.ts';
import { ForetokenError } from '../util/errors.ts';
import { blobSource } from './blobSource.ts';
import { type ByteSource, checkRead, throwIfAborted } from './byteSource.ts';

/** How much of a file to fetch before something of it is read. */
export interface UrlReading {
  /** Size of the first range. The default covers the header of many models, so that opening and parsing take one request. */
  readonly firstBytes?: number;
  /** Largest file that is fetched whole where the server has no ranges. Default: any. */
  readonly mostWholeBytes?: number;
}

type Fetcher = (init: RequestInit, signal?: AbortSignal) => Promise<Response>;

/**
 * Opens a URL for reading in ranges. A server without range support sends the whole file once, into a `Blob`, which browsers keep
 * outside the JS heap.
 *
 * @throws ForetokenError `fetch_failed`, with the URL and the status
 */
export async function openUrl(
  url: string,
  fetchImpl: typeof fetch,
  { firstBytes = 1 << 20, mostWholeBytes = Number.POSITIVE_INFINITY }: UrlReading = {},
): Promise<ByteSource> {
  const request = fetcher(url, fetchImpl);
  const name = fileName(url);
  const response = await request(rangeHeader(0, firstBytes));
  if (response.status !== 206) return blobSource(name, await wholeFile(url, response, mostWholeBytes));

  const sizeBytes = contentRange(response.headers)?.total ?? (await sizeFromHead(request));
  if (sizeBytes === null) {
    await response.body?.cancel();
    return blobSource(name, await wholeFile(url, await request({}), mostWholeBytes));
  }
  const head = await rangeBytes(url, response, Math.min(firstBytes, sizeBytes));

  const source: ByteSource = {
    name,
    sizeBytes,
    async read(offset, length, signal) {
      checkRead(source, offset, length, signal);
      if (length === 0 || offset + length <= head.byteLength) return head.subarray(offset, offset + length);

      const part = await request(rangeHeader(offset, length), signal);
      const range = contentRange(part.headers);
      const complaint =
        part.status !== 206
          ? `HTTP ${part.status} instead of 206 for a range`
          : (range?.total ?? sizeBytes) !== sizeBytes
            ? `the file has ${range?.total} bytes and had ${sizeBytes} before`
            : (range?.start ?? offset) !== offset
              ? `bytes from ${range?.start} came instead of from ${offset}`
              : null;
      if (complaint === null) return rangeBytes(url, part, length, signal);
      await part.body?.cancel();
      throw fetchFailed(url, `${complaint}; load the model again`, part.status);
    },
  };
  return source;
}

/** Sends requests to one URL; every failure becomes `fetch_failed`. */
function fetcher(url: string, fetchImpl: typeof fetch): Fetcher {
  return async (init, signal) => {
    // Bypass the HTTP cache: Chromium's mixes ranges with an earlier compressed response for the whole file.
    const pending = fetchImpl(url, { ...init, cache: 'no-store', ...(signal && { signal }) });
    const response = await body(url, pending, signal);
    if (response.ok) return response;
    await response.body?.cancel();
    const remedy =
      response.status === 404
        ? 'check the address of the model'
        : 'check that the server serves this file without a login, or try again later';
    throw fetchFailed(url, `HTTP ${response.status}; ${remedy}`, response.status);
  };
}

async function body<T>(url: string, pending: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await pending;
  } catch (cause) {
    throwIfAborted(fileName(url), signal);
    if (cause instanceof ForetokenError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'check the connection, and that the server allows requests from this page (CORS)';
    throw fetchFailed(url, `the request failed (${reason}); ${remedy}`, 0, cause);
  }
}

/** Body of a response with the whole file. */
async function wholeFile(url: string, response: Response, mostBytes: number): Promise<Blob> {
  const length = response.headers.get('content-length');
  if (mostBytes === Number.POSITIVE_INFINITY || Number(length ?? Number.POSITIVE_INFINITY) <= mostBytes)
    return body(url, response.blob());
  await response.body?.cancel();
  throw fetchFailed(
    url,
    `the server sends no ranges, so to look into the file would fetch all of its ${length ?? 'unknown number of'} bytes; use a server with ranges`,
    response.status,
  );
}

async function rangeBytes(
  url: string,
  response: Response,
  length: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(await body(url, response.arrayBuffer(), signal));
  if (bytes.byteLength === length) return bytes;
  throw fetchFailed(url, `${bytes.byteLength} bytes came of ${length} asked for; try again`, response.status);
}

function rangeHeader(offset: number, length: number): RequestInit {
  return { headers: { Range: `bytes=${offset}-${offset + length - 1}` } };
}

/** `Content-Length` is readable across origins even where `Content-Range` is not. */
async function sizeFromHead(request: Fetcher): Promise<number | null> {
  const response = await request({ method: 'HEAD' }).catch(() => null);
  const size = Number(response?.headers.get('content-length') ?? 0);
  return size > 0 ? size : null;
}

/** Last part of an address's path, or the address if that is empty. */
export function fileName(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  return path.slice(path.lastIndexOf('/') + 1) || url;
}

function fetchFailed(url: string, what: string, status = 0, cause?: unknown): ForetokenError {
  return new ForetokenError('fetch_failed', `${url}: ${what}`, { url, status }, { cause });
}
