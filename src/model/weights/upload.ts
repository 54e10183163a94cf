import type { ByteSource } from '../../gguf/index.ts';
import { RepackMemory } from '../../quant/repack.ts';

/** Range of a model file, and the use of its bytes; `write` must keep neither the bytes nor `memory`. */
export interface Upload {
  readonly offset: number;
  readonly length: number;
  write(bytes: Uint8Array, memory: RepackMemory): void;
}

/** Number of concurrent reads: the next ones arrive while one is repacked. */
const READ_AHEAD = 4;

/** Runs all uploads in the order of the file, so that a download streams through, a few ranges at a time (design D5). */
export async function runUploads(
  source: ByteSource,
  uploads: readonly Upload[],
  onBytes: (loadedBytes: number) => void,
): Promise<void> {
  const inFileOrder = uploads.toSorted((a, b) => a.offset - b.offset);
  const reads: Promise<Uint8Array>[] = [];
  const readNext = () => {
    const next = inFileOrder[reads.length];
    if (!next) return;
    const read = source.read(next.offset, next.length);
    // A read that fails early is reported when its turn comes, or not at all.
    read.catch(() => {});
    reads.push(read);
  };
  for (let i = 0; i < READ_AHEAD; i++) readNext();
  const memory = new RepackMemory();
  let loadedBytes = 0;
  for (const [i, upload] of inFileOrder.entries()) {
    const bytes = await reads[i];
    // Release the bytes.
    reads[i] = Promise.resolve(new Uint8Array());
    readNext();
    upload.write(bytes, memory);
    loadedBytes += bytes.length;
    onBytes(loadedBytes);
  }
}
