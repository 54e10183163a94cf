import type { Gpu } from '../../gpu/device.ts';
import { PAGE_POSITIONS, pagesFor } from '../../util/kvPage.ts';
import type { Carried, Stream } from '../blocks/block.ts';
import { allocateCarried, type CarriedStates, carriedBytes } from './carriedStates.ts';

export type CacheType = 'f32' | 'f16';

/** Stream on the GPU: [page][position in the page][values]. */
export interface StreamBuffer {
  readonly buffer: GPUBuffer;
  /** Bytes of one position. */
  readonly cellBytes: number;
}

/** Cached streams of all slots: K and V of each layer, or a latent. */
export interface KvCache {
  readonly type: CacheType;
  readonly nPages: number;
  /** Streams by name, in the order of the layers. */
  readonly streams: ReadonlyMap<string, StreamBuffer>;
  /** Intermediate buffer for a page copy, because WebGPU cannot copy within a buffer. */
  readonly copied: GPUBuffer;
  /** States of recurrent layers. */
  readonly carried: CarriedStates;
}

/** Numbers of positions. */
export interface CacheShape {
  readonly nSlots: number;
  /** Most positions of one slot. */
  readonly nCtx: number;
  /** Positions that the slots share, at least `nCtx`; null if each has `nCtx` of its own. */
  readonly nCtxShared: number | null;
  /** Most positions that a step may go back in a model with recurrent layers; `MAX_ROLLBACK` by default. */
  readonly maxRollback?: number;
}

/** Positions that a step may go back by default: those of a draft of the default length, and the token before it. */
export const MAX_ROLLBACK = 17;

function carriedShape({ nSlots, maxRollback = MAX_ROLLBACK }: CacheShape) {
  return { nSlots, maxRollback };
}

/**
 * Number of pages for these positions. In a shared cache each slot may leave most of its last page unused, so there is an extra
 * page for every slot but one. Then only the number of positions decides what fits.
 */
export function cachePages({ nSlots, nCtx, nCtxShared }: CacheShape): number {
  return nCtxShared === null ? nSlots * pagesFor(nCtx) : pagesFor(nCtxShared) + nSlots - 1;
}

function cellBytes({ values }: Pick<Stream, 'values'>, type: CacheType): number {
  return values * (type === 'f16' ? 2 : 4);
}

/** Size of a page of a stream in bytes. */
export function pageBytes(stream: Pick<Stream, 'values'>, type: CacheType): number {
  return PAGE_POSITIONS * cellBytes(stream, type);
}

/** Size of a stream in bytes. */
export function streamBytes(stream: Pick<Stream, 'values'>, type: CacheType, shape: CacheShape): number {
  return cachePages(shape) * pageBytes(stream, type);
}

/** Size of the buffer through which pages are copied. */
function copyBytes(streams: readonly Pick<Stream, 'values'>[], type: CacheType): number {
  return Math.max(4, ...streams.map(stream => pageBytes(stream, type)));
}

/** Size of all buffers of a cache in bytes. */
export function cacheBytes(
  streams: readonly Pick<Stream, 'values'>[],
  carried: readonly Carried[],
  type: CacheType,
  shape: CacheShape,
): number {
  return streams.reduce(
    (sum, stream) => sum + streamBytes(stream, type, shape),
    copyBytes(streams, type) + carriedBytes(carried, carriedShape(shape)),
  );
}

/** The cache is indexed by position and never cleared: positions after a row's own are not read. */
export function allocateKvCache(
  gpu: Gpu,
  streams: readonly Stream[],
  carried: readonly Carried[],
  type: CacheType,
  shape: CacheShape,
): KvCache {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffers = streams.map((stream): [string, StreamBuffer] => {
    const buffer = gpu.createBuffer(stream.name, streamBytes(stream, type, shape), usage);
    return [stream.name, { buffer, cellBytes: cellBytes(stream, type) }];
  });
  const copied = gpu.createBuffer(
    'copied_page',
    copyBytes(streams, type),
    GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  );
  return {
    type,
    nPages: cachePages(shape),
    streams: new Map(buffers),
    copied,
    carried: allocateCarried(gpu, carried, carriedShape(shape)),
  };
}
