import { ForetokenError } from '../util/errors.ts';
import { PAGE_POSITIONS } from '../util/kvPage.ts';
import { type CacheShape, type CacheType, cachePages } from './cache/streams.ts';

/** Memory that a model needs on the GPU, before anything is allocated. Excludes activations: batches shrink until theirs fit. */
export interface MemoryNeeds {
  /** Name of the file. */
  readonly name: string;
  /** Every buffer of the weights, after splitting. */
  readonly weights: readonly { readonly label: string; readonly bytes: number }[];
  /** Values per position of each stream of the cache: K and V of each layer, or a latent. */
  readonly streams: readonly number[];
  readonly cacheType: CacheType;
  readonly shape: CacheShape;
}

/** Widest first. */
const CACHE_TYPES = [
  ['f32', 4],
  ['f16', 2],
] as const satisfies readonly (readonly [CacheType, number])[];

/**
 * Describes which parts of a model exceed the largest buffer, with the bytes of its weights and its cache, and which context,
 * cache type or file would fit; null if all of it fits. WebGPU does not reveal the total memory; running out shows only when the
 * buffers are created, see `allocationText`.
 */
export function memoryError(needs: MemoryNeeds, maxBufferBytes: number): ForetokenError | null {
  const faults = [weightFault(needs, maxBufferBytes), cacheFault(needs, maxBufferBytes)].filter(
    fault => fault !== null,
  );
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
      cacheBytes: cacheBytes(needs, needs.cacheType),
    },
  );
}

/** Text for a failed allocation: what needed the memory, and what would need less. */
export function allocationText(needs: MemoryNeeds): { readonly what: string; readonly remedy: string } {
  const { shape, cacheType } = needs;
  const bytes = cacheBytes(needs, cacheType);
  const narrower = narrowerTypes(cacheType).map(
    type => `cacheType '${type}' needs ${bytes - cacheBytes(needs, type)} bytes less`,
  );
  const halved = { ...needs, shape: { ...shape, ...halfOf(shape) } };
  const half = `nCtx ${Math.floor(positionsOf(shape) / 2)} needs ${bytes - cacheBytes(halved, cacheType)} less`;
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

function cacheFault(needs: MemoryNeeds, limit: number): Fault | null {
  const { streams, shape, cacheType } = needs;
  const widest = Math.max(0, ...streams);
  const bytes = cachePages(shape) * pageBytes(widest, cacheType);
  if (bytes <= limit) return null;
  const fitting = (type: CacheType) => fittingPositions(shape, Math.floor(limit / pageBytes(widest, type)));
  const choices = [cacheType, ...narrowerTypes(cacheType)]
    .map(type => ({ type, positions: Math.min(fitting(type), positionsOf(shape)) }))
    .filter(({ positions }) => positions > 0)
    .map(({ type, positions }) => `nCtx ${positions} with cacheType '${type}'`);
  return {
    what: 'a layer of the cache',
    bytes,
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
  return `${weightBytes(needs)} bytes of weights and ${cacheBytes(needs, cacheType)} of KV cache (${positions} positions in ${cacheType})`;
}

function weightBytes({ weights }: MemoryNeeds): number {
  return weights.reduce((sum, { bytes }) => sum + bytes, 0);
}

function cacheBytes({ streams, shape }: MemoryNeeds, type: CacheType): number {
  return cachePages(shape) * streams.reduce((sum, values) => sum + pageBytes(values, type), 0);
}

function pageBytes(values: number, type: CacheType): number {
  const [, bytes] = CACHE_TYPES.find(([name]) => name === type) ?? CACHE_TYPES[0];
  return PAGE_POSITIONS * values * bytes;
}

function narrowerTypes(type: CacheType): CacheType[] {
  const at = CACHE_TYPES.findIndex(([name]) => name === type);
  return CACHE_TYPES.slice(at + 1).map(([name]) => name);
}

/** Positions of all slots, as `nCtx` counts them. */
function positionsOf({ nSlots, nCtx, nCtxShared }: CacheShape): number {
  return nCtxShared ?? nSlots * nCtx;
}

function halfOf({ nCtx, nCtxShared }: CacheShape): Pick<CacheShape, 'nCtx' | 'nCtxShared'> {
  return { nCtx: Math.floor(nCtx / 2), nCtxShared: nCtxShared && Math.floor(nCtxShared / 2) };
}
