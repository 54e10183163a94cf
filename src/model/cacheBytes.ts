import type { Gpu } from '../gpu/device.ts';
import { ForetokenError } from '../util/errors.ts';
import { PAGE_POSITIONS } from '../util/kvPage.ts';
import type { KvCache } from './kvCache.ts';
import type { PageCopy } from './pagePool.ts';
import { readMapped } from './readback.ts';

/** Most bytes that are read from the GPU at a time. */
const PIECE_BYTES = 2 ** 24;

/** Consecutive cells on one page of a K or V buffer, and their place among the bytes of a whole cache. */
interface Segment {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
  readonly at: number;
}

/** Records the copies of pages in all layers, in order. */
export function copyPages(encoder: GPUCommandEncoder, cache: KvCache, copies: readonly PageCopy[]): void {
  const bytes = PAGE_POSITIONS * cache.cellBytes;
  for (const { from, to } of copies) {
    for (const buffer of cache.layers.flatMap(({ k, v }) => [k, v])) {
      encoder.copyBufferToBuffer(buffer, from * bytes, cache.copied, 0, bytes);
      encoder.copyBufferToBuffer(cache.copied, 0, buffer, to * bytes, bytes);
    }
  }
}

/** Bytes of `nTokens` positions in all layers. */
export function cacheBytes({ layers, cellBytes }: KvCache, nTokens: number): number {
  return 2 * layers.length * nTokens * cellBytes;
}

/** The first `nTokens` positions that lie on `pages`: [layer][K, V][position][KV head][head dim]. */
export async function readCells(
  gpu: Gpu,
  cache: KvCache,
  pages: readonly number[],
  nTokens: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const result = new Uint8Array(cacheBytes(cache, nTokens));
  if (nTokens === 0) return result;
  const pieces = splitPieces(segmentsOf(cache, pages, nTokens));
  const size = Math.max(...pieces.map(piece => piece.reduce((sum, { bytes }) => sum + bytes, 0)));
  const staging = gpu.createBuffer('cache_staging', size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  try {
    for (const piece of pieces) await readPiece(gpu, staging, piece, result);
  } finally {
    gpu.destroyBuffer(staging);
  }
  return result;
}

/** Writes to `pages` what `readCells` gave for `nTokens` positions. */
export function writeCells(
  gpu: Gpu,
  cache: KvCache,
  pages: readonly number[],
  nTokens: number,
  bytes: Uint8Array,
): void {
  for (const segment of segmentsOf(cache, pages, nTokens)) {
    const part = bytes.slice(segment.at, segment.at + segment.bytes);
    gpu.device.queue.writeBuffer(segment.buffer, segment.offset, part);
  }
}

/** Throws `invalid_request` when `bytes` are not those of `nTokens` positions. */
export function checkCacheBytes(cache: KvCache, nTokens: number, bytes: Uint8Array): void {
  const expected = cacheBytes(cache, nTokens);
  if (bytes.byteLength === expected) return;
  throw new ForetokenError(
    'invalid_request',
    `a cache of ${nTokens} positions takes ${expected} bytes with this model and an ${cache.type} cache; got ${bytes.byteLength}`,
    { expectedBytes: expected, actualBytes: bytes.byteLength },
  );
}

/** In order of their place, without gaps. */
function segmentsOf({ layers, cellBytes }: KvCache, pages: readonly number[], nTokens: number): Segment[] {
  return layers.flatMap(({ k, v }, layer) =>
    [k, v].flatMap((buffer, part) =>
      Array.from({ length: Math.ceil(nTokens / PAGE_POSITIONS) }, (_, index): Segment => {
        const first = index * PAGE_POSITIONS;
        return {
          buffer,
          offset: pages[index] * PAGE_POSITIONS * cellBytes,
          bytes: Math.min(PAGE_POSITIONS, nTokens - first) * cellBytes,
          at: ((2 * layer + part) * nTokens + first) * cellBytes,
        };
      }),
    ),
  );
}

/** Runs of segments of at most `PIECE_BYTES`, if none is larger by itself. */
function splitPieces(segments: readonly Segment[]): Segment[][] {
  const pieces: Segment[][] = [];
  let room = 0;
  for (const segment of segments) {
    if (pieces.length === 0 || segment.bytes > room) {
      pieces.push([]);
      room = PIECE_BYTES;
    }
    pieces[pieces.length - 1].push(segment);
    room -= segment.bytes;
  }
  return pieces;
}

async function readPiece(
  gpu: Gpu,
  staging: GPUBuffer,
  piece: readonly Segment[],
  result: Uint8Array,
): Promise<void> {
  const encoder = gpu.device.createCommandEncoder();
  const { at: first } = piece[0];
  let bytes = 0;
  for (const segment of piece) {
    encoder.copyBufferToBuffer(segment.buffer, segment.offset, staging, bytes, segment.bytes);
    bytes += segment.bytes;
  }
  gpu.device.queue.submit([encoder.finish()]);
  await readMapped(gpu, staging, bytes, buffer => result.set(new Uint8Array(buffer), first));
}
