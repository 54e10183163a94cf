import type { Gpu } from '../../gpu/device.ts';
import { PAGE_POSITIONS, pagesFor } from '../../util/kvPage.ts';
import type { PageCopy } from './pagePool.ts';
import { readStretches } from './readStretches.ts';
import type { KvCache, StreamBuffer } from './streams.ts';

/** Consecutive positions on one page: their offset in a stream's buffer, and their offset in a slot's bytes of that stream. */
interface Segment {
  readonly inCache: number;
  readonly inPart: number;
  readonly size: number;
}

/** Records the copies of pages in all streams, in order. */
export function copyPages(encoder: GPUCommandEncoder, cache: KvCache, copies: readonly PageCopy[]): void {
  for (const { from, to } of copies) {
    for (const { buffer, cellBytes } of cache.streams.values()) {
      const bytes = PAGE_POSITIONS * cellBytes;
      encoder.copyBufferToBuffer(buffer, from * bytes, cache.copied, 0, bytes);
      encoder.copyBufferToBuffer(cache.copied, 0, buffer, to * bytes, bytes);
    }
  }
}

/**
 * Reads the first `nTokens` positions on `pages`, stream after stream: of each layer K, then V, each [position][KV head][head
 * dim], or a latent. Throws `out_of_memory` if the GPU has no memory for the copy.
 */
export async function readCells(
  gpu: Gpu,
  cache: KvCache,
  pages: readonly number[],
  nTokens: number,
): Promise<Uint8Array> {
  if (nTokens === 0) return new Uint8Array();
  const stretches = partsOf(cache, nTokens).map(({ stream, at, bytes }) => ({
    label: stream.buffer.label,
    size: bytes,
    at,
    pieces: segmentsOf(stream, pages, nTokens).map(({ inCache, inPart, size }) => ({
      buffer: stream.buffer,
      from: inCache,
      to: inPart,
      size,
    })),
  }));
  const all = new Uint8Array(cellBytesOf(cache, nTokens));
  await readStretches(gpu, `the KV cache of ${nTokens} tokens`, stretches, all);
  return all;
}

/** Writes the result of `readCells` for `nTokens` positions to `pages`. */
export function writeCells(
  gpu: Gpu,
  cache: KvCache,
  pages: readonly number[],
  nTokens: number,
  bytes: Uint8Array,
): void {
  for (const { stream, at } of partsOf(cache, nTokens)) {
    for (const { inCache, inPart, size } of segmentsOf(stream, pages, nTokens)) {
      const from = at + inPart;
      gpu.device.queue.writeBuffer(stream.buffer, inCache, bytes.slice(from, from + size));
    }
  }
}

/** Streams of `nTokens` positions, each with its offset in the concatenated bytes. */
function partsOf({ streams }: KvCache, nTokens: number) {
  let at = 0;
  return [...streams.values()].map(stream => {
    const bytes = nTokens * stream.cellBytes;
    at += bytes;
    return { stream, at: at - bytes, bytes };
  });
}

/** Bytes of `nTokens` positions in all streams. */
export function cellBytesOf(cache: KvCache, nTokens: number): number {
  return partsOf(cache, nTokens).reduce((sum, { bytes }) => sum + bytes, 0);
}

function segmentsOf({ cellBytes }: StreamBuffer, pages: readonly number[], nTokens: number): Segment[] {
  return pages.slice(0, pagesFor(nTokens)).map((page, index) => {
    const first = index * PAGE_POSITIONS;
    return {
      inCache: page * PAGE_POSITIONS * cellBytes,
      inPart: first * cellBytes,
      size: Math.min(PAGE_POSITIONS, nTokens - first) * cellBytes,
    };
  });
}
