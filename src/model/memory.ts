import { ForetokenError } from '../util/errors.ts';
import { PAGE_POSITIONS } from '../util/kvPage.ts';
import type { Carried } from './blocks/block.ts';
import { type CacheShape, type CacheType, cacheBytes, pageBytes, streamBytes } from './cache/streams.ts';

/** Memory that a model needs on the GPU, before anything is allocated. Excludes activations: batches shrink until theirs fit. */
export interface MemoryNeeds {
  /** Name of the file. */
  readonly name: string;
  /** Every buffer of the weights, after splitting. */
  readonly weights: readonly { readonly label: string; readonly bytes: number }[];
  /** Streams of the cache with their values per position: K and V of each layer, or a latent. */
  readonly streams: readonly { readonly values: number }[];
  /** States of recurrent layers. */
  readonly carried: readonly Carried[];
  readonly cacheType: CacheType;
  readonly shape: CacheShape;
}

/** Widest first. */
const CACHE_TYPES: readonly CacheType[] = ['f32', 'f16'];

/**
 * Describes which parts of a model exceed the largest buffer, with the bytes of its weights and its cache, and which context,
 * cache type or file would fit; null if all of it fits. WebGPU does not reveal the total memory; running out shows only when the
 * buffers are created, see `allocationText`.
 */
export function memoryError(needs: MemoryNeeds, maxBufferBytes: number): ForetokenError | null {
  const weights = weightFault(needs, maxBufferBytes);
  const cache = cacheFault(needs, maxBufferBytes);
  const faults = [weights, cache].filter(fault => fault !== null);
  if (faults.length === 0) return null;
  const complaints = faults.map(
    ({ what, bytes, remedy }) =>
      `${what} needs ${bytes} bytes in one buffer, but this adapter allows ${maxBufferBytes}, so ${remedy}`,
  );
  return new ForetokenError(
    'device_limits',
    `${needs.name} does not fit, with ${needsText(needs)}: ${complaints.join('; ')}`,
    {
      neededBytes: Math.max(...faults.map(({ bytes }) => bytes)),
      limitBytes: maxBufferBytes,
      weightBytes: weightBytes(needs),
      cacheBytes: cacheBytesOf(needs),
      ...(cache && cache.positions > 0 && !weights && { fittingCtx: cache.positions }),
    },
  );
}

/** Text for a failed allocation: what needed the memory, and what would need less. */
export function allocationText(needs: MemoryNeeds): { readonly what: string; readonly remedy: string } {
  const { shape, cacheType } = needs;
  const bytes = cacheBytesOf(needs);
  const narrower = narrowerTypes(cacheType).map(
    type => `cacheType '${type}' needs ${bytes - cacheBytesOf({ ...needs, cacheType: type })} bytes less`,
  );
  const halved = { ...needs, shape: { ...shape, ...halfOf(shape) } };
  const half = `nCtx ${Math.floor(positionsOf(shape) / 2)} needs ${bytes - cacheBytesOf(halved)} less`;
  return {
    what: `${needs.name}, with ${needsText(needs)}`,
    remedy: `${[...narrower, half].join(', ')}; or use a file with fewer bits per weight, and close what else uses the GPU`,
  };
}

interface Fault {
  readonly what: string;
  readonly bytes: number;
  readonly remedy: string;
}

function weightFault({ weights }: MemoryNeeds, limit: number): Fault | null {
  const [largest] = weights.toSorted((a, b) => b.bytes - a.bytes);
  if (!largest || largest.bytes <= limit) return null;
  const { label, bytes } = largest;
  const percent = Math.floor((100 * limit) / bytes);
  return {
    what: label,
    bytes,
    remedy: `use a file with at most ${percent} % of its bits per weight, or a smaller model`,
  };
}

/** Fault of the cache, with the positions of all slots that would fit in the same type. */
function cacheFault(needs: MemoryNeeds, limit: number): (Fault & { readonly positions: number }) | null {
  const { streams, shape, cacheType } = needs;
  const widest = { values: Math.max(0, ...streams.map(({ values }) => values)) };
  const bytes = streamBytes(widest, cacheType, shape);
  if (bytes <= limit) return null;
  const fitting = (type: CacheType) => fittingPositions(shape, Math.floor(limit / pageBytes(widest, type)));
  const choices = [cacheType, ...narrowerTypes(cacheType)]
    .map(type => ({ type, positions: Math.min(fitting(type), positionsOf(shape)) }))
    .filter(({ positions }) => positions > 0)
    .map(({ type, positions }) => `nCtx ${positions} with cacheType '${type}'`);
  return {
    what: 'a layer of the cache',
    bytes,
    positions: Math.min(fitting(cacheType), positionsOf(shape)),
    remedy: choices.length > 0 ? `choose ${choices.join(', or ')}` : 'use fewer slots, or another model',
  };
}

/**
 * Positions of all slots that fit on `nPages` pages. In a shared cache all slots but one may leave their last page nearly unused.
 */
function fittingPositions({ nSlots, nCtxShared }: CacheShape, nPages: number): number {
  const perSlot = nCtxShared === null ? nSlots * Math.floor(nPages / nSlots) : nPages - nSlots + 1;
  return PAGE_POSITIONS * Math.max(0, perSlot);
}

function needsText(needs: MemoryNeeds): string {
  const { shape, cacheType } = needs;
  const { nSlots, nCtx, nCtxShared } = shape;
  const positions = nCtxShared === null ? `${nSlots} × ${nCtx}` : `${nCtxShared} shared`;
  return `${weightBytes(needs)} bytes of weights and ${cacheBytesOf(needs)} of KV cache (${positions} positions in ${cacheType})`;
}

/** Size of all weights in bytes. */
export function weightBytes({ weights }: Pick<MemoryNeeds, 'weights'>): number {
  return weights.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Size of the cache in bytes. */
export function cacheBytesOf({ streams, carried, cacheType, shape }: MemoryNeeds): number {
  return cacheBytes(streams, carried, cacheType, shape);
}

function narrowerTypes(type: CacheType): readonly CacheType[] {
  return CACHE_TYPES.slice(CACHE_TYPES.indexOf(type) + 1);
}

/** Positions of all slots, as `nCtx` counts them. */
function positionsOf({ nSlots, nCtx, nCtxShared }: CacheShape): number {
  return nCtxShared ?? nSlots * nCtx;
}

function halfOf({ nCtx, nCtxShared }: CacheShape): Pick<CacheShape, 'nCtx' | 'nCtxShared'> {
  return { nCtx: Math.floor(nCtx / 2), nCtxShared: nCtxShared && Math.floor(nCtxShared / 2) };
}
