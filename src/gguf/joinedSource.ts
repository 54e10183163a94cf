import { assert } from '../util/assert.ts';
import type { ByteSource } from './byteSource.ts';

/** Concatenates sources into one with the name of the first. A read must lie within one of them. */
export function joinSources(sources: readonly ByteSource[]): ByteSource {
  let sizeBytes = 0;
  const parts = sources.map(source => {
    const start = sizeBytes;
    sizeBytes += source.sizeBytes;
    return { source, start, end: sizeBytes };
  });
  return {
    name: sources[0]?.name ?? '',
    sizeBytes,
    async read(offset, length, signal) {
      const part = parts.find(({ start, end }) => offset >= start && offset + length <= end);
      assert(
        part,
        () => `read of ${length} bytes at ${offset} lies within no part of a model of ${sizeBytes}`,
      );
      return part.source.read(offset - part.start, length, signal);
    },
  };
}
