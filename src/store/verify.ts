import type { VerifyReport } from '../protocol/store.ts';
import { checksum } from './checksum.ts';
import { chunkCount, chunkRange, type Entry, presentBytes } from './entry.ts';
import { openFile } from './fetchEntry.ts';
import type { StoreCall, StoreHost } from './host.ts';
import { Meter } from './progress.ts';

/** Reads all chunks of a model, and takes those as missing that are not what they were. Needs the model's lock. */
export async function forgetDamage(
  entry: Entry,
  host: StoreHost,
  { signal, onProgress }: StoreCall,
): Promise<VerifyReport> {
  const { id, files } = entry;
  const total = files.reduce((sum, file) => sum + presentBytes(file), 0);
  const meter = new Meter({ id, phase: 'verify', resumedBytes: 0 }, onProgress, host.now);
  let checkedBytes = 0;
  let repairedBytes = 0;
  for (const file of files) {
    const opened = await openFile(file, host, signal);
    try {
      for (let chunk = 0; chunk < chunkCount(file); chunk++) {
        if (!file.present[chunk]) continue;
        signal.throwIfAborted();
        const { from, to } = chunkRange(file, chunk);
        const end = opened.size();
        const bytes = opened.read(Math.min(from, end), Math.min(to, end));
        if (checksum(bytes) !== file.checksums[chunk]) {
          file.present[chunk] = false;
          repairedBytes += to - from;
        }
        checkedBytes += to - from;
        meter.update(checkedBytes, total);
      }
    } finally {
      opened.close();
    }
  }
  if (repairedBytes > 0) await host.index.update(id, stored => stored && { ...stored, files });
  return { id, checkedBytes, repairedBytes };
}
