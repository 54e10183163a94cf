import { ignoredTensors, readModelSpec } from '../architectures/index.ts';
import type { ModelSpec } from '../architectures/spec.ts';
import type { GgufFile } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import { attentionSplits } from '../gpu/kernels/attention.ts';
import { mostWeightRows } from '../gpu/kernels/mulMat.ts';
import { type Tuning, tuningFor } from '../gpu/tuning.ts';
import { ForetokenError } from '../util/errors.ts';
import { ropeTable } from '../util/ropeTable.ts';
import { allocateKvCache, type CacheShape, type CacheType } from './cache/streams.ts';
import { allocationText, type MemoryNeeds, memoryError } from './memory.ts';
import { Model } from './model.ts';
import { allBlocks, type ModelBlocks, modelBlocks, splitBlocks, streamsOf } from './modelBlocks.ts';
import type { Plan, PlanInputs } from './plan.ts';
import { allocateRunState, fitRunState, type RunState, type RunStatePlan } from './runState.ts';
import { buildCheckedPlan, type CheckKernels } from './tune/checkedPlan.ts';
import { allocateWeights, plannedBuffers } from './weights/load.ts';
import { runUploads } from './weights/upload.ts';
import { vectorValues } from './weights/vector.ts';

/** A model file that was checked, and nothing allocated for it yet. */
export interface ModelFile {
  readonly gguf: GgufFile;
  readonly spec: ModelSpec;
  readonly blocks: ModelBlocks;
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

/** Checks a file's metadata and tensors. Throws `unsupported_model` or `invalid_gguf`. */
export function checkModel(gguf: GgufFile): ModelFile {
  const spec = readModelSpec(gguf);
  return { gguf, spec, blocks: modelBlocks(gguf, spec, ignoredTensors(gguf)) };
}

/** What is to be allocated for a model, every buffer of it within the limits of the device. */
export interface MemoryPlan {
  /** In parts, where a matrix is larger than a buffer may be. */
  readonly blocks: ModelBlocks;
  /** With fewer rows than asked for, where so many would need too large a buffer. */
  readonly runState: RunStatePlan;
  readonly needs: MemoryNeeds;
}

/**
 * Puts a model on the GPU: plans every buffer within the device's limits, allocates them all, streams the weights up as
 * they are quantized, and compiles every pipeline. Throws `device_limits` or `out_of_memory` before the weights are read;
 * what was allocated is freed by `gpu.close()`.
 */
export async function loadModel(gpu: Gpu, file: ModelFile, options: LoadOptions): Promise<Model> {
  const { gguf, spec } = file;
  const { nCtx, cacheType, onProgress, tuning = tuningFor(gpu.report) } = options;
  checkChunks(file, nCtx);
  const plan = planMemory(gpu, file, options);
  const { what, remedy } = allocationText(plan.needs);

  const {
    weights: { weights, uploads },
    cache,
    state,
  } = await gpu.allocating(
    what,
    () => ({
      weights: allocateWeights(gpu, allBlocks(plan.blocks)),
      cache: allocateKvCache(gpu, streamsOf(plan.blocks), cacheType, options),
      state: allocateRunState(gpu, plan.runState),
    }),
    remedy,
  );
  // Tuned and compiled while the weights come in; a failure is reported when its turn comes.
  const inputs = { spec, blocks: plan.blocks, weights, cache, state, tuning, nCtx };
  const planned = buildTunedPlan(gpu, inputs, options);
  planned.catch(() => {});
  const totalBytes = tensorBytes(gguf);
  await writeRopeTables(gpu, file, state, nCtx);
  await runUploads(gguf.source, uploads, loaded => onProgress?.('weights', loaded, totalBytes));
  onProgress?.('pipelines', totalBytes, totalBytes);
  const checkedPlan = await planned;
  if (gpu.fault) throw gpu.fault;
  onProgress?.('ready', totalBytes, totalBytes);
  const maxRows = Math.min(options.maxRows, state.maxRows);
  return new Model(gpu, spec, checkedPlan, state, cache, { ...options, maxRows });
}

/** Refuses contexts of several attention chunks, which no kernel knows. Within the first chunk there is no difference. */
function checkChunks({ gguf, spec }: ModelFile, nCtx: number): void {
  const chunk = Math.min(
    ...spec.layers.map(({ attention }) => (attention.kind === 'attention' && attention.chunk) || Infinity),
  );
  if (nCtx <= chunk) return;
  throw new ForetokenError(
    'unsupported_model',
    `${gguf.source.name} attends in chunks of ${chunk} positions, of which only the first is supported: choose an nCtx of at most ${chunk} per slot, not ${nCtx}`,
    { nCtx, chunk },
  );
}

async function buildTunedPlan(gpu: Gpu, inputs: PlanInputs, options: LoadOptions): Promise<Plan> {
  const tuning = options.tune ? await options.tune(inputs) : inputs.tuning;
  return buildCheckedPlan(gpu, { ...inputs, tuning }, options.checkKernels);
}

/** Plans every buffer of a model within what the device allows. Throws `device_limits` where that cannot be. */
export function planMemory(gpu: Gpu, { gguf, spec, blocks }: ModelFile, options: LoadOptions): MemoryPlan {
  const { maxBufferBytes } = gpu;
  const { nCtx, tuning = tuningFor(gpu.report) } = options;
  const parts = splitBlocks(blocks, {
    maxBytes: maxBufferBytes,
    maxRows: mostWeightRows(tuning, gpu.device.limits.maxComputeWorkgroupsPerDimension),
  });
  const needs = needsOf(gguf, parts, options);
  const error = memoryError(needs, maxBufferBytes);
  if (error) throw error;
  const { nEmbd, nVocab } = spec;
  const runState = fitRunState(
    { nEmbd, nVocab, blocks: allBlocks(parts), ropes: parts.ropes },
    { ...options, splits: attentionSplits(nCtx, tuning) },
    maxBufferBytes,
  );
  for (const [name, words] of runState.words) gpu.checkSize(name, 4 * words);
  return { blocks: parts, runState, needs };
}

function needsOf(gguf: GgufFile, blocks: ModelBlocks, options: LoadOptions): MemoryNeeds {
  return {
    name: gguf.source.name,
    weights: plannedBuffers(allBlocks(blocks)),
    streams: streamsOf(blocks).map(({ values }) => values),
    cacheType: options.cacheType,
    shape: options,
  };
}

/** Fills the rope tables, once the model's frequency factors are known. */
async function writeRopeTables(
  gpu: Gpu,
  { gguf, blocks }: ModelFile,
  state: RunState,
  nCtx: number,
): Promise<void> {
  for (const { rope, factors } of blocks.ropes) {
    const tensor = factors(nCtx);
    const values = tensor && vectorValues(tensor, await gguf.source.read(tensor.offset, tensor.sizeBytes));
    gpu.device.queue.writeBuffer(state.ropeTable(rope), 0, ropeTable(nCtx, rope, values));
  }
}

/** Bytes of all tensors of a file. */
export function tensorBytes({ tensors }: GgufFile): number {
  let total = 0;
  for (const { sizeBytes } of tensors.values()) total += sizeBytes;
  return total;
}
