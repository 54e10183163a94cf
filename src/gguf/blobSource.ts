import { ForetokenError } from '../util/errors.ts';
import { type ByteSource, checkRead } from './byteSource.ts';

/** Source over a `Blob`: the bytes stay in the browser's storage until they are read. */
export function blobSource(name: string, blob: Blob): ByteSource {
  const source: ByteSource = {
    name,
    sizeBytes: blob.size,
    async read(offset, length, signal) {
      checkRead(source, offset, length, signal);
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        const message = `${name}: bytes ${offset} to ${offset + length} cannot be read; the file may have been moved or changed since it was chosen, choose it again`;
        throw new ForetokenError('fetch_failed', message, {}, { cause });
      }
    },
  };
  return source;
}

/** Source over bytes in memory; `read` returns views of them. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  const source: ByteSource = {
    name,
    sizeBytes: bytes.byteLength,
    async read(offset, length, signal) {
      checkRead(source, offset, length, signal);
      return bytes.subarray(offset, offset + length);
    },
  };
  return source;
}
