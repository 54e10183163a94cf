import type { Gpu } from '../../gpu/device.ts';
import { readMapped } from '../../gpu/readback.ts';
import { ForetokenError } from '../../util/errors.ts';
import { PAGE_POSITIONS, pagesFor } from '../../util/kvPage.ts';
import type { PageCopy } from './pagePool.ts';
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
  const { device } = gpu;
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  // Copy everything in one submit, because the slot may change afterwards. Out of memory fails only this copy.
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  // One buffer per stream: a single buffer for all could exceed the device's limit.
  const copies = partsOf(cache, nTokens).map(({ stream, at, bytes }) => {
    const copy = gpu.createBuffer(`${stream.buffer.label} copy`, bytes, usage);
    for (const { inCache, inPart, size } of segmentsOf(stream, pages, nTokens)) {
      encoder.copyBufferToBuffer(stream.buffer, inCache, copy, inPart, size);
    }
    return { copy, at, bytes };
  });
  device.queue.submit([encoder.finish()]);
  try {
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const failure = errors.find(error => error !== null);
    if (failure) {
      const message = `the GPU has no memory to copy the KV cache of ${nTokens} tokens: ${failure.message}`;
      throw new ForetokenError('out_of_memory', `${message}; use a smaller context`);
    }
    const all = new Uint8Array(bytesOf(cache, nTokens));
    const arrived = copies.map(({ copy, at, bytes }) =>
      readMapped(gpu, copy, bytes, mapped => all.set(new Uint8Array(mapped), at)),
    );
    await Promise.all(arrived);
    return all;
  } finally {
    for (const { copy } of copies) gpu.destroyBuffer(copy);
  }
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

/** Throws `invalid_request` if `bytes` does not have the size of `nTokens` positions. */
export function checkCacheBytes(cache: KvCache, nTokens: number, bytes: Uint8Array): void {
  const expected = bytesOf(cache, nTokens);
  if (bytes.length === expected) return;
  throw new ForetokenError(
    'invalid_request',
    `${bytes.length} bytes are no KV cache of ${nTokens} tokens, which has ${expected} with this model`,
  );
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
function bytesOf(cache: KvCache, nTokens: number): number {
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
