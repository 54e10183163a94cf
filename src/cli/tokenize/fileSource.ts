import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ByteSource } from '../../gguf/index.ts';
import { ForetokenError } from '../../util/errors.ts';

/** Opens a file for `use`, which reads only what it needs. Throws `fetch_failed` if it cannot be read. */
export async function withFileSource<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const handle = await open(path).catch(error => {
    throw cannotRead(path, error);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw cannotRead(path, 'it is no file');
    return await use({
      name: basename(path),
      sizeBytes: found.size,
      read: (offset, length) => readRange(handle, path, offset, length),
    });
  } finally {
    await handle.close();
  }
}

async function readRange(
  handle: FileHandle,
  path: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
    if (bytesRead === 0) throw cannotRead(path, `it ends at byte ${offset + at}`);
    at += bytesRead;
  }
  return bytes;
}

function cannotRead(path: string, error: unknown): ForetokenError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ForetokenError('fetch_failed', `cannot read ${path}: ${reason}`);
}
