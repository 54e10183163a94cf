import { blobSource, bytesSource } from './blobSource.ts';
import type { ByteSource } from './byteSource.ts';
import { openUrl, type UrlReading } from './urlSource.ts';

export type { ByteSource } from './byteSource.ts';

/** Sources from which a GGUF file can be read. */
export type Openable = string | URL | Blob | Uint8Array | ArrayBuffer | ByteSource;

/**
 * Opens a file: a URL is read in ranges, a `Blob` (or `File`) in slices, bytes in place; what is a
 * source already stays as it is.
 *
 * @throws ForetokenError `fetch_failed` if the URL cannot be read
 */
export async function openSource(
  model: Openable,
  fetchImpl: typeof fetch = fetch,
  reading: UrlReading = {},
): Promise<ByteSource> {
  if (typeof model === 'string' || model instanceof URL) return openUrl(String(model), fetchImpl, reading);
  if (model instanceof Blob) return blobSource(model instanceof File ? model.name : 'model', model);
  if ('read' in model) return model;
  return bytesSource('model', model instanceof Uint8Array ? model : new Uint8Array(model));
}
