import type { GgufFile } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import { type Tuning, tuningFor } from '../gpu/tuning.ts';
import { ForetokenError } from '../util/errors.ts';
import { readConfig } from './config.ts';
import { allocateKvCache, type CacheType, layerCacheBytes } from './kvCache.ts';
import { Model } from './model.ts';
import { buildPlan } from './plan.ts';
import { allocateRunState } from './runState.ts';
import { loadWeights, plannedBuffers, planWeights } from './weights.ts';

export interface LoadOptions {
  /** Positions per slot. */
  readonly nCtx: number;
  readonly nSlots: number;
  /** Largest batch. */
  readonly maxRows: number;
  readonly cacheType: CacheType;
  /** The choices that fix the order of sums; by default the adapter's. */
  readonly tuning?: Tuning;
  readonly onProgress?: (
    phase: 'weights' | 'pipelines' | 'ready',
    loadedBytes: number,
    totalBytes: number,
  ) => void;
  readonly signal?: AbortSignal;
}

/**
 * Puts a model on the GPU: checks the file and the device's limits, allocates, streams the weights up as they are
 * quantized, and compiles every pipeline meanwhile. Throws `unsupported_model`, `invalid_gguf`, `device_limits` or
 * `out_of_memory`; what was allocated is freed by `gpu.close()`.
 */
export async function loadModel(gpu: Gpu, gguf: GgufFile, options: LoadOptions): Promise<Model> {
  const { nCtx, nSlots, maxRows, cacheType, onProgress, signal } = options;
  const tuning = options.tuning ?? tuningFor(gpu.report);
  const config = readConfig(gguf);
  const weightsPlan = planWeights(gguf, config);
  checkLimits(gpu, [
    ...plannedBuffers(weightsPlan),
    {
      label: `the KV cache of ${nSlots} × ${nCtx} positions`,
      bytes: layerCacheBytes(config, cacheType, nSlots, nCtx),
    },
  ]);
  return gpu.allocating(`${gguf.source.name} with a context of ${nCtx} × ${nSlots}`, async () => {
    const cache = allocateKvCache(gpu, config, cacheType, nSlots, nCtx);
    const totalBytes = tensorBytes(gguf);
    const onBytes = (loaded: number) => onProgress?.('weights', loaded, totalBytes);
    const weights = await loadWeights(gpu, gguf, weightsPlan, onBytes, signal);
    const state = allocateRunState(gpu, config, weights, { nCtx, nSlots, maxRows });
    onProgress?.('pipelines', totalBytes, totalBytes);
    const plan = await buildPlan(gpu, { config, weights, cache, state, tuning });
    onProgress?.('ready', totalBytes, totalBytes);
    return new Model(gpu, config, plan, state, { nCtx, nSlots, maxRows });
  });
}

/** Bytes of all tensors of a file. */
export function tensorBytes({ tensors }: GgufFile): number {
  let total = 0;
  for (const { sizeBytes } of tensors.values()) total += sizeBytes;
  return total;
}

/** Compares what will be allocated with what the adapter allows, before anything is. */
function checkLimits(gpu: Gpu, buffers: readonly { readonly label: string; readonly bytes: number }[]): void {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const tooLarge = buffers.find(({ bytes }) => bytes > limit);
  if (!tooLarge) return;
  throw new ForetokenError(
    'device_limits',
    `${tooLarge.label} needs ${tooLarge.bytes} bytes in one buffer, but this adapter allows ${limit}; use a smaller model or context`,
    { neededBytes: tooLarge.bytes, limitBytes: limit },
  );
}
