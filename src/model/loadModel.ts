import type { Gpu } from '../gpu/device.ts';
import { type Tuning, tuningFor } from '../gpu/tuning.ts';
import { ropeTable } from '../util/ropeTable.ts';
import { HiddenStates, hiddenShape } from './cache/hiddenStates.ts';
import { allocateKvCache } from './cache/streams.ts';
import { allocationText } from './memory.ts';
import { type MemoryOptions, requireMemory } from './memoryPlan.ts';
import { Model } from './model.ts';
import { allBlocks, carriedOf, streamsOf } from './modelBlocks.ts';
import type { ModelFile } from './modelFile.ts';
import type { Plan, PlanInputs } from './plan.ts';
import { allocateRunState, type RunState } from './runState.ts';
import { TokenRows } from './tokenRows.ts';
import { buildCheckedPlan, type CheckKernels } from './tune/checkedPlan.ts';
import { allocateWeights } from './weights/load.ts';
import { runUploads } from './weights/upload.ts';
import { vectorValues } from './weights/vector.ts';

export interface LoadOptions extends MemoryOptions {
  /** Target on the same device whose hidden states the model reads as an MTP head or an EAGLE-3 draft, and some of whose matrices it uses. */
  readonly target?: Model;
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

/**
 * Loads a model onto the GPU: plans every buffer within the device's limits, allocates them all, streams the weights up as they
 * are quantized, and compiles every pipeline. Where per-layer embeddings stay in the file, the model reads from its source as long as
 * it is used. Throws `device_limits` or `out_of_memory` before the weights are read;
 * `gpu.close()` frees what was allocated.
 */
export async function loadModel(gpu: Gpu, file: ModelFile, options: LoadOptions): Promise<Model> {
  const { gguf, spec } = file;
  const { nCtx, cacheType, onProgress, tuning = tuningFor(gpu.report) } = options;
  const plan = requireMemory(gpu, file, options);
  const { what, remedy } = allocationText(plan.needs);

  const { target } = options;
  const shared = target ? { tensors: file.shared, matrices: target.matrices } : null;
  const {
    weights: { weights, matrices, uploads },
    cache,
    state,
    kept,
  } = await gpu.allocating(
    what,
    () => ({
      weights: allocateWeights(gpu, allBlocks(plan.blocks), shared),
      kept: file.kept === null ? null : new HiddenStates(gpu, hiddenShape(file.kept, plan.runState, options)),
      cache: allocateKvCache(gpu, streamsOf(plan.blocks), carriedOf(plan.blocks), cacheType, options),
      state: allocateRunState(gpu, plan.runState),
    }),
    remedy,
  );
  // Tune and compile while the weights are loading. A failure is reported when the result is awaited.
  const hidden = kept ?? target?.kept ?? null;
  const inputs = { spec, blocks: plan.blocks, weights, cache, state, hidden, tuning, nCtx };
  const planned = buildTunedPlan(gpu, inputs, options);
  planned.catch(() => {});
  const { tokenTable } = plan.blocks;
  const totalBytes = uploads.reduce((sum, { length }) => sum + length, 0);
  await writeRopeTables(gpu, file, state, nCtx);
  await runUploads(gguf.source, uploads, loaded => onProgress?.('weights', loaded, totalBytes));
  onProgress?.('pipelines', totalBytes, totalBytes);
  const checkedPlan = await planned;
  if (gpu.fault) throw gpu.fault;
  onProgress?.('ready', totalBytes, totalBytes);
  const maxRows = Math.min(options.maxRows, state.maxRows);
  const parts = {
    ...{ plan: checkedPlan, state, cache, matrices },
    kept,
    seen: target?.kept ?? null,
    tokenRows: tokenTable && new TokenRows(gguf.source, tokenTable),
  };
  return new Model(gpu, spec, parts, { ...options, maxRows });
}

async function buildTunedPlan(gpu: Gpu, inputs: PlanInputs, options: LoadOptions): Promise<Plan> {
  const tuning = options.tune ? await options.tune(inputs) : inputs.tuning;
  return buildCheckedPlan(gpu, { ...inputs, tuning }, options.checkKernels);
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
