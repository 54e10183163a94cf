import type { Gpu } from '../gpu/device.ts';
import { readMapped } from '../gpu/readback.ts';
import { ForetokenError } from '../util/errors.ts';
import { PAGE_POSITIONS, pagesFor } from '../util/kvPage.ts';
import type { KvCache } from './kvCache.ts';
import type { PageCopy } from './pagePool.ts';

/** Consecutive positions on one page: where in a K or V buffer, and where among the bytes of a slot's K or V. */
interface Segment {
  readonly inCache: number;
  readonly inPart: number;
  readonly size: number;
}

/** Records the copies of pages in all layers, in order. */
export function copyPages(encoder: GPUCommandEncoder, cache: KvCache, copies: readonly PageCopy[]): void {
  const bytes = PAGE_POSITIONS * cache.cellBytes;
  for (const { from, to } of copies) {
    for (const buffer of buffersOf(cache)) {
      encoder.copyBufferToBuffer(buffer, from * bytes, cache.copied, 0, bytes);
      encoder.copyBufferToBuffer(cache.copied, 0, buffer, to * bytes, bytes);
    }
  }
}

/**
 * The first `nTokens` positions that lie on `pages`: of each layer K, then V, each [position][KV head][head dim]. Throws
 * `out_of_memory` when the GPU has no memory for the copy.
 */
export async function readCells(
  gpu: Gpu,
  cache: KvCache,
  pages: readonly number[],
  nTokens: number,
): Promise<Uint8Array> {
  if (nTokens === 0) return new Uint8Array();
  const partBytes = nTokens * cache.cellBytes;
  const { device } = gpu;
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  // All is copied at once, so that the slot may change. Without memory the copy fails, and nothing else.
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  // A buffer for each part: all of them in one could be more than the device allows.
  const copies = buffersOf(cache).map(buffer => {
    const copy = gpu.createBuffer(`${buffer.label} copy`, partBytes, usage);
    for (const { inCache, inPart, size } of segmentsOf(cache, pages, nTokens)) {
      encoder.copyBufferToBuffer(buffer, inCache, copy, inPart, size);
    }
    return copy;
  });
  device.queue.submit([encoder.finish()]);
  try {
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const failure = errors.find(error => error !== null);
    if (failure) {
      const message = `the GPU has no memory to copy the KV cache of ${nTokens} tokens: ${failure.message}`;
      throw new ForetokenError('out_of_memory', `${message}; use a smaller context`);
    }
    const bytes = new Uint8Array(copies.length * partBytes);
    const arrived = copies.map((copy, i) =>
      readMapped(gpu, copy, partBytes, mapped => bytes.set(new Uint8Array(mapped), i * partBytes)),
    );
    await Promise.all(arrived);
    return bytes;
  } finally {
    for (const copy of copies) gpu.destroyBuffer(copy);
  }
}

/** Writes to `pages` what `readCells` gave for `nTokens` positions. */
export function writeCells(
  gpu: Gpu,
  cache: KvCache,
  pages: readonly number[],
  nTokens: number,
  bytes: Uint8Array,
): void {
  const partBytes = nTokens * cache.cellBytes;
  for (const [i, buffer] of buffersOf(cache).entries()) {
    for (const { inCache, inPart, size } of segmentsOf(cache, pages, nTokens)) {
      const from = i * partBytes + inPart;
      gpu.device.queue.writeBuffer(buffer, inCache, bytes.slice(from, from + size));
    }
  }
}

/** Throws `invalid_request` when `bytes` are not those of `nTokens` positions. */
export function checkCacheBytes(cache: KvCache, nTokens: number, bytes: Uint8Array): void {
  const expected = buffersOf(cache).length * nTokens * cache.cellBytes;
  if (bytes.length === expected) return;
  throw new ForetokenError(
    'invalid_request',
    `${bytes.length} bytes are no KV cache of ${nTokens} tokens, which has ${expected} with this model`,
  );
}

function buffersOf({ layers }: KvCache): GPUBuffer[] {
  return layers.flatMap(({ k, v }) => [k, v]);
}

function segmentsOf({ cellBytes }: KvCache, pages: readonly number[], nTokens: number): Segment[] {
  return pages.slice(0, pagesFor(nTokens)).map((page, index) => {
    const first = index * PAGE_POSITIONS;
    return {
      inCache: page * PAGE_POSITIONS * cellBytes,
      inPart: first * cellBytes,
      size: Math.min(PAGE_POSITIONS, nTokens - first) * cellBytes,
    };
  });
}
