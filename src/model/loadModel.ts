import type { GgufFile } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import { attentionSplits } from '../gpu/kernels/attention.ts';
import { type Tuning, tuningFor } from '../gpu/tuning.ts';
import { buildCheckedPlan, type CheckKernels } from './checkedPlan.ts';
import { type ModelConfig, readConfig } from './config.ts';
import { allocateKvCache, type CacheShape, type CacheType, layerCacheBytes } from './kvCache.ts';
import { Model } from './model.ts';
import { allocateRunState, planRunState, type RunStatePlan, writeRopeTable } from './runState.ts';
import { runUploads } from './upload.ts';
import { allocateWeights, plannedBuffers, planWeights, vectorValues, type WeightsPlan } from './weights.ts';

/** A model file that was checked, and nothing allocated for it yet. */
export interface ModelFile {
  readonly gguf: GgufFile;
  readonly config: ModelConfig;
  readonly weights: WeightsPlan;
}

export interface LoadOptions extends CacheShape {
  /** Largest batch. */
  readonly maxRows: number;
  /** Most output rows of a batch, see `RunStateOptions`. */
  readonly maxOutputs?: number;
  readonly cacheType: CacheType;
  /** The choices that fix the order of sums; by default the adapter's. */
  readonly tuning?: Tuning;
  /** Tries the compiled kernels; by default they are taken as they are. */
  readonly checkKernels?: CheckKernels;
  readonly onProgress?: (
    phase: 'weights' | 'pipelines' | 'ready',
    loadedBytes: number,
    totalBytes: number,
  ) => void;
}

/** Checks a file's configuration and tensors. Throws `unsupported_model` or `invalid_gguf`. */
export function checkModel(gguf: GgufFile): ModelFile {
  const config = readConfig(gguf);
  return { gguf, config, weights: planWeights(gguf, config) };
}

/**
 * Puts a model on the GPU: compares every buffer it needs with the device's limits, allocates them all, streams the
 * weights up as they are quantized, and compiles every pipeline. Throws `device_limits` or `out_of_memory` before the
 * weights are read; what was allocated is freed by `gpu.close()`.
 */
export async function loadModel(gpu: Gpu, file: ModelFile, options: LoadOptions): Promise<Model> {
  const { gguf, config } = file;
  const { nCtx, cacheType, onProgress, tuning = tuningFor(gpu.report) } = options;
  checkLimits(gpu, file, options);
  const runState = runStateOf(gpu, file, options);

  const {
    weights: { weights, uploads },
    cache,
    state,
  } = await gpu.allocating(`${gguf.source.name} with ${positionsOf(options)}`, () => ({
    weights: allocateWeights(gpu, file.weights),
    cache: allocateKvCache(gpu, config, cacheType, options),
    state: allocateRunState(gpu, runState),
  }));
  // Compiled while the weights come in; a failure is reported when its turn comes.
  const planned = buildCheckedPlan(
    gpu,
    { config, weights, cache, state, tuning, nCtx },
    options.checkKernels,
  );
  planned.catch(() => {});
  const totalBytes = tensorBytes(gguf);
  writeRopeTable(gpu, state, config, nCtx, await ropeFactors(file));
  await runUploads(gguf.source, uploads, loaded => onProgress?.('weights', loaded, totalBytes));
  onProgress?.('pipelines', totalBytes, totalBytes);
  const plan = await planned;
  if (gpu.fault) throw gpu.fault;
  onProgress?.('ready', totalBytes, totalBytes);
  return new Model(gpu, config, plan, state, cache, options);
}

/** Compares every buffer that the model would need with what the device allows. Throws `device_limits`. */
export function checkLimits(gpu: Gpu, file: ModelFile, options: LoadOptions): void {
  const { config, weights } = file;
  for (const { label, bytes } of plannedBuffers(weights)) gpu.checkSize(label, bytes);
  const cacheBytes = layerCacheBytes(config, options.cacheType, options);
  gpu.checkSize(`the KV cache of ${positionsOf(options)}`, cacheBytes);
  for (const [name, words] of Object.entries(runStateOf(gpu, file, options).words)) {
    gpu.checkSize(name, 4 * words);
  }
}

function runStateOf(gpu: Gpu, { config, weights }: ModelFile, options: LoadOptions): RunStatePlan {
  const { nCtx, tuning = tuningFor(gpu.report) } = options;
  return planRunState(config, weights, { ...options, splits: attentionSplits(nCtx, tuning) });
}

function positionsOf({ nSlots, nCtx, nCtxShared }: CacheShape): string {
  return nCtxShared === null ? `${nSlots} × ${nCtx} positions` : `${nCtxShared} shared positions`;
}

/** Values of `rope_freqs.weight`, where the file has it. */
async function ropeFactors({
  gguf,
  weights: { ropeFactors: tensor },
}: ModelFile): Promise<Float32Array | null> {
  return tensor && vectorValues(tensor, await gguf.source.read(tensor.offset, tensor.sizeBytes));
}

/** Bytes of all tensors of a file. */
export function tensorBytes({ tensors }: GgufFile): number {
  let total = 0;
  for (const { sizeBytes } of tensors.values()) total += sizeBytes;
  return total;
}
