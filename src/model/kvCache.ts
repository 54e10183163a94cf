import type { Gpu } from '../gpu/device.ts';
import { PAGE_POSITIONS, pagesFor } from '../util/kvPage.ts';
import type { ModelConfig } from './config.ts';

export type CacheType = 'f32' | 'f16';

/** K and V of one layer: [page][position in the page][KV head][head dim]. */
export interface LayerCache {
  readonly k: GPUBuffer;
  readonly v: GPUBuffer;
}

export interface KvCache {
  readonly type: CacheType;
  readonly nPages: number;
  /** Bytes of K (as many again for V) of one position in one layer. */
  readonly cellBytes: number;
  readonly layers: readonly LayerCache[];
  /** A page on its way from one place of a buffer to another, which WebGPU does not copy directly. */
  readonly copied: GPUBuffer;
}

/** How many positions there are. */
export interface CacheShape {
  readonly nSlots: number;
  /** Most positions of one slot. */
  readonly nCtx: number;
  /** Positions that the slots share, at least `nCtx`; null: each has `nCtx` of its own. */
  readonly nCtxShared: number | null;
}

/**
 * Pages that hold so many positions. In a shared cache every slot may leave most of its last page unused: there is a page
 * for each slot but one on top, so that only the number of positions decides what fits.
 */
export function cachePages({ nSlots, nCtx, nCtxShared }: CacheShape): number {
  return nCtxShared === null ? nSlots * pagesFor(nCtx) : pagesFor(nCtxShared) + nSlots - 1;
}

function cellBytes(config: ModelConfig, type: CacheType): number {
  return config.nKvHead * config.headDim * (type === 'f16' ? 2 : 4);
}

/** Bytes of K (as many again for V) of one layer. */
export function layerCacheBytes(config: ModelConfig, type: CacheType, shape: CacheShape): number {
  return cachePages(shape) * PAGE_POSITIONS * cellBytes(config, type);
}

/** Positions of all slots that would fit where K of a layer may have `maxBytes`. */
export function positionsThatFit(
  config: ModelConfig,
  type: CacheType,
  { nSlots, nCtxShared }: CacheShape,
  maxBytes: number,
): number {
  const nPages = Math.floor(maxBytes / (PAGE_POSITIONS * cellBytes(config, type)));
  return PAGE_POSITIONS * Math.max(0, nCtxShared === null ? nPages : nPages - nSlots + 1);
}

/** A cache is indexed by position and never cleared: what lies after a row's position is not read. */
export function allocateKvCache(gpu: Gpu, config: ModelConfig, type: CacheType, shape: CacheShape): KvCache {
  const bytes = layerCacheBytes(config, type, shape);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const layers = Array.from({ length: config.nLayers }, (_, layer) => ({
    k: gpu.createBuffer(`blk.${layer}.k_cache`, bytes, usage),
    v: gpu.createBuffer(`blk.${layer}.v_cache`, bytes, usage),
  }));
  const copied = gpu.createBuffer(
    'copied_page',
    PAGE_POSITIONS * cellBytes(config, type),
    GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  );
  return { type, nPages: cachePages(shape), cellBytes: cellBytes(config, type), layers, copied };
}
