import { GGUF_MAGIC } from '../gguf/index.ts';
import type { RemoteFile } from '../hub/resolve.ts';
import { ForetokenError } from '../util/errors.ts';
import type { FileRecord, Version } from './entry.ts';
import type { StoreHost } from './host.ts';
import {
  brokenOff,
  RangesUnusable,
  type Remote,
  requestPiece,
  SourceChanged,
  sameVersion,
} from './request.ts';
import { Retries } from './retries.ts';

/** File at its source at this moment. */
export interface Description extends RemoteFile {
  readonly version: Version;
}

/** Patience with a server. */
export interface Patience {
  readonly signal: AbortSignal;
  readonly maxFailures?: number;
}

/**
 * Asks the server for size and version of a file, with its first bytes. What is known by its digest already is not asked for.
 *
 * @throws ForetokenError `fetch_failed`, or `invalid_gguf` if the file begins like something else
 */
export async function probe(
  file: RemoteFile,
  remote: Omit<Remote, 'url'>,
  host: StoreHost,
  { signal, maxFailures }: Patience,
): Promise<Description> {
  if (file.sha256 !== null && file.sizeBytes !== null) {
    return { ...file, version: { etag: null, lastModified: null } };
  }
  const { url } = file;
  const retries = new Retries(host.pause, signal, error => brokenOff(url, 0, error), maxFailures);
  const start = { from: 0, to: GGUF_MAGIC.length };
  for (let attempt = 0; ; attempt++) {
    // A browser also reports as a lost network that it cannot read a compressed answer to a range, or that CORS forbids the range.
    const range = attempt % 2 === 0 ? start : null;
    try {
      const piece = await requestPiece({ ...remote, url }, range, signal);
      if (piece.sizeBytes === 0) throw new SourceChanged('no bytes');
      checkMagic(url, await firstBytes(piece.bytes));
      return {
        ...file,
        version: piece.version,
        sha256: file.sha256 ?? piece.sha256,
        // The length of a whole response may be a compressed one, so that only the end of the file tells its size.
        sizeBytes: file.sizeBytes ?? (piece.kind === 'range' ? piece.sizeBytes : null),
      };
    } catch (error) {
      // A server may also refuse the first bytes of a file that has none.
      if (error instanceof SourceChanged) throw emptyFile(url);
      if (!(error instanceof RangesUnusable)) await retries.failed(error);
    }
  }
}

/** Reads as many bytes as the magic has, and leaves the rest. */
async function firstBytes(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const first: number[] = [];
  for await (const piece of bytes) {
    first.push(...piece.subarray(0, GGUF_MAGIC.length - first.length));
    if (first.length === GGUF_MAGIC.length) break;
  }
  if (first.length === 0) throw new Error('no bytes came');
  return Uint8Array.from(first);
}

function emptyFile(url: string): ForetokenError {
  return new ForetokenError('invalid_gguf', `${url} is an empty file; check the address of the model`);
}

function checkMagic(url: string, bytes: Uint8Array): void {
  const text = new TextDecoder('latin1').decode(bytes);
  if (text === GGUF_MAGIC) return;
  const guess = text.trimStart().startsWith('<') ? 'the server answers with a page; ' : '';
  throw new ForetokenError(
    'invalid_gguf',
    `${url} begins with ${JSON.stringify(text)}, not with "${GGUF_MAGIC}": ${guess}check the address of the model`,
  );
}

/** Whether a stored file is the one at the source, as far as is known without reading it. */
export function isSameFile(known: FileRecord, now: Description): boolean {
  const sha256 = known.sha256 ?? known.expectedSha256;
  if (sha256 !== null && now.sha256 !== null) return sha256 === now.sha256;
  if (known.sizeBytes !== null && now.sizeBytes !== null && known.sizeBytes !== now.sizeBytes) return false;
  return known.url === now.url && sameVersion(known.version, now.version);
}
