import type { GgufFile } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import { attentionSplits } from '../gpu/kernels/attention.ts';
import { type Tuning, tuningFor } from '../gpu/tuning.ts';
import { buildCheckedPlan, type CheckKernels } from './checkedPlan.ts';
import { type ModelConfig, readConfig } from './config.ts';
import {
  allocateKvCache,
  type CacheShape,
  type CacheType,
  layerCacheBytes,
  positionsThatFit,
} from './kvCache.ts';
import { Model } from './model.ts';
import { splitWeights } from './parts.ts';
import type { Plan, PlanInputs } from './plan.ts';
import { allocateRunState, fitRunState, type RunStatePlan, writeRopeTable } from './runState.ts';
import { runUploads } from './upload.ts';
import { allocateWeights, plannedBuffers, planWeights, vectorValues, type WeightsPlan } from './weights.ts';

/** A model file that was checked, and nothing allocated for it yet. */
export interface ModelFile {
  readonly gguf: GgufFile;
  readonly config: ModelConfig;
  readonly weights: WeightsPlan;
}

export interface LoadOptions extends CacheShape {
  /** Largest batch; it is smaller where its buffers would be too large for the device. */
  readonly maxRows: number;
  /** Most output rows of a batch, see `RunStateOptions`. */
  readonly maxOutputs?: number;
  readonly cacheType: CacheType;
  /** The choices that fix the order of sums; by default the adapter's. */
  readonly tuning?: Tuning;
  /** Finds a faster tuning with the same bits; by default there is no search. May run products in the model's buffers. */
  readonly tune?: Tune;
  /** Tries the compiled kernels; by default they are taken as they are. */
  readonly checkKernels?: CheckKernels;
  readonly onProgress?: (
    phase: 'weights' | 'pipelines' | 'ready',
    loadedBytes: number,
    totalBytes: number,
  ) => void;
}

/** A tuning for the model that `inputs` describe, which computes the same bits as theirs. */
export type Tune = (inputs: PlanInputs) => Promise<Tuning>;

/** Checks a file's configuration and tensors. Throws `unsupported_model` or `invalid_gguf`. */
export function checkModel(gguf: GgufFile): ModelFile {
  const config = readConfig(gguf);
  return { gguf, config, weights: planWeights(gguf, config) };
}

/** What is to be allocated for a model, every buffer of it within the limits of the device. */
export interface MemoryPlan {
  /** In parts, where a matrix is larger than a buffer may be. */
  readonly weights: WeightsPlan;
  /** With fewer rows than asked for, where so many would need too large a buffer. */
  readonly runState: RunStatePlan;
}

/**
 * Puts a model on the GPU: plans every buffer within the device's limits, allocates them all, streams the weights up as
 * they are quantized, and compiles every pipeline. Throws `device_limits` or `out_of_memory` before the weights are read;
 * what was allocated is freed by `gpu.close()`.
 */
export async function loadModel(gpu: Gpu, file: ModelFile, options: LoadOptions): Promise<Model> {
  const { gguf, config } = file;
  const { nCtx, cacheType, onProgress, tuning = tuningFor(gpu.report) } = options;
  const plan = planMemory(gpu, file, options);

  const {
    weights: { weights, uploads },
    cache,
    state,
  } = await gpu.allocating(`${gguf.source.name} with ${positionsOf(options)}`, () => ({
    weights: allocateWeights(gpu, plan.weights),
    cache: allocateKvCache(gpu, config, cacheType, options),
    state: allocateRunState(gpu, plan.runState),
  }));
  // Tuned and compiled while the weights come in; a failure is reported when its turn comes.
  const planned = buildTunedPlan(gpu, { config, weights, cache, state, tuning, nCtx }, options);
  planned.catch(() => {});
  const totalBytes = tensorBytes(gguf);
  writeRopeTable(gpu, state, config, nCtx, await ropeFactors(file));
  await runUploads(gguf.source, uploads, loaded => onProgress?.('weights', loaded, totalBytes));
  onProgress?.('pipelines', totalBytes, totalBytes);
  const checkedPlan = await planned;
  if (gpu.fault) throw gpu.fault;
  onProgress?.('ready', totalBytes, totalBytes);
  const maxRows = Math.min(options.maxRows, state.maxRows);
  return new Model(gpu, config, checkedPlan, state, cache, { ...options, maxRows });
}

async function buildTunedPlan(gpu: Gpu, inputs: PlanInputs, options: LoadOptions): Promise<Plan> {
  const tuning = options.tune ? await options.tune(inputs) : inputs.tuning;
  return buildCheckedPlan(gpu, { ...inputs, tuning }, options.checkKernels);
}

/** Plans every buffer of a model within what the device allows. Throws `device_limits` where that cannot be. */
export function planMemory(gpu: Gpu, { config, weights }: ModelFile, options: LoadOptions): MemoryPlan {
  const { maxBufferBytes } = gpu;
  const { nCtx, tuning = tuningFor(gpu.report) } = options;
  const parts = splitWeights(weights, maxBufferBytes);
  for (const { label, bytes } of plannedBuffers(parts)) {
    gpu.checkSize(label, bytes, 'its rows cannot be split among buffers; use a smaller model');
  }
  const cacheBytes = layerCacheBytes(config, options.cacheType, options);
  const nFit = positionsThatFit(config, options.cacheType, options, maxBufferBytes);
  gpu.checkSize(
    `the KV cache of ${positionsOf(options)}`,
    cacheBytes,
    `${nFit} positions fit; use a smaller context or fewer slots`,
  );
  const runState = fitRunState(
    config,
    parts,
    { ...options, splits: attentionSplits(nCtx, tuning) },
    maxBufferBytes,
  );
  for (const [name, words] of Object.entries(runState.words)) gpu.checkSize(name, 4 * words);
  return { weights: parts, runState };
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
