import type { Gpu } from '../gpu/device.ts';
import type { ModelConfig } from './config.ts';

export type CacheType = 'f32' | 'f16';

/** K and V of one layer: [slot][position][KV head][head dim]. */
export interface LayerCache {
  readonly k: GPUBuffer;
  readonly v: GPUBuffer;
}

export interface KvCache {
  readonly type: CacheType;
  readonly nSlots: number;
  /** Positions per slot. */
  readonly nCtx: number;
  readonly layers: readonly LayerCache[];
}

/** Bytes of K (as many again for V) of one layer. */
export function layerCacheBytes(config: ModelConfig, type: CacheType, nSlots: number, nCtx: number): number {
  return nSlots * nCtx * config.nKvHead * config.headDim * (type === 'f16' ? 2 : 4);
}

/** A cache is indexed by position and never cleared: what lies after a row's position is not read. */
export function allocateKvCache(
  gpu: Gpu,
  config: ModelConfig,
  type: CacheType,
  nSlots: number,
  nCtx: number,
): KvCache {
  const bytes = layerCacheBytes(config, type, nSlots, nCtx);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const layers = Array.from({ length: config.nLayers }, (_, layer) => ({
    k: gpu.createBuffer(`blk.${layer}.k_cache`, bytes, usage),
    v: gpu.createBuffer(`blk.${layer}.v_cache`, bytes, usage),
  }));
  return { type, nSlots, nCtx, layers };
}
