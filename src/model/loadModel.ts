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

/** Checked model file for which nothing is allocated yet. */
export interface ModelFile {
  readonly gguf: GgufFile;
  readonly spec: ModelSpec;
  readonly blocks: ModelBlocks;
}

export interface LoadOptions extends CacheShape {
  /** Largest batch. It becomes smaller if its buffers would exceed the device's limits. */
  readonly maxRows: number;
  /** Most output rows of a batch, see `RunStateOptions`. */
  readonly maxOutputs?: number;
  readonly cacheType: CacheType;
  /** Kernel variants, which determine the order of sums; the adapter's defaults if absent. */
  readonly tuning?: Tuning;
  /** Searches for a faster tuning with the same bits; without it there is no search. May run products in the model's buffers. */
  readonly tune?: Tune;
  /** Tries the compiled kernels; without it they are used unchecked. */
  readonly checkKernels?: CheckKernels;
  readonly onProgress?: (
    phase: 'weights' | 'pipelines' | 'ready',
    loadedBytes: number,
    totalBytes: number,
  ) => void;
}

/** Finds a tuning for the model that `inputs` describe, with the same bits as the current one. */
export type Tune = (inputs: PlanInputs) => Promise<Tuning>;

/** Checks a file's metadata and tensors. Throws `unsupported_model` or `invalid_gguf`. */
export function checkModel(gguf: GgufFile): ModelFile {
  const spec = readModelSpec(gguf);
  return { gguf, spec, blocks: modelBlocks(gguf, spec, ignoredTensors(gguf)) };
}

/** Planned allocations of a model; every buffer is within the device's limits. */
export interface MemoryPlan {
  /** In parts, if a matrix exceeds the largest buffer. */
  readonly blocks: ModelBlocks;
  /** With fewer rows than requested, if the requested number needs too large a buffer. */
  readonly runState: RunStatePlan;
  readonly needs: MemoryNeeds;
}

/**
 * Loads a model onto the GPU: plans every buffer within the device's limits, allocates them all, streams the weights up as they
 * are quantized, and compiles every pipeline. Throws `device_limits` or `out_of_memory` before the weights are read;
 * `gpu.close()` frees what was allocated.
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
  // Tune and compile while the weights are loading. A failure is reported when the result is awaited.
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

/** Refuses contexts longer than one attention chunk, which no kernel supports. Within the first chunk there is no difference. */
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

/** Plans every buffer of a model within the device's limits. Throws `device_limits` if that is impossible. */
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

/** Size of all tensors of a file in bytes. */
export function tensorBytes({ tensors }: GgufFile): number {
  let total = 0;
  for (const { sizeBytes } of tensors.values()) total += sizeBytes;
  return total;
}
