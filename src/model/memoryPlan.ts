import { type AdapterLimits, sizeError } from '../gpu/adapter.ts';
import { mostWeightRows } from '../gpu/kernels/mulMat.ts';
import { type Tuning, tuningFor } from '../gpu/tuning.ts';
import { ForetokenError } from '../util/errors.ts';
import { hiddenBytes, hiddenShape } from './cache/hiddenStates.ts';
import type { CacheShape, CacheType } from './cache/streams.ts';
import { cacheBytesOf, type MemoryNeeds, memoryError, weightBytes } from './memory.ts';
import { allBlocks, carriedOf, type ModelBlocks, splitBlocks, streamsOf } from './modelBlocks.ts';
import type { ModelFile } from './modelFile.ts';
import { fitRunState, type RunStatePlan, runStateBytes } from './runState.ts';
import { plannedBuffers } from './weights/load.ts';

/** Sizes that decide how much memory a model takes. */
export interface MemoryOptions extends CacheShape {
  /** Largest batch. It becomes smaller if its buffers would exceed the adapter's limits. */
  readonly maxRows: number;
  /** Most output rows of a batch, see `RunStateOptions`. */
  readonly maxOutputs?: number;
  readonly cacheType: CacheType;
  /** Kernel variants; the adapter's defaults if absent. */
  readonly tuning?: Tuning;
}

/** Planned allocations of a model. */
export interface MemoryPlan {
  /** In parts, if a matrix exceeds the largest buffer. */
  readonly blocks: ModelBlocks;
  /** With fewer rows than requested, if the requested number needs too large a buffer. */
  readonly runState: RunStatePlan;
  readonly needs: MemoryNeeds;
  /** Sizes of all buffers. */
  readonly bytes: { readonly weights: number; readonly cache: number; readonly activations: number };
  /** Reason why the adapter cannot hold the model: a buffer beyond its limits, or a context that no kernel supports. */
  readonly fault: ForetokenError | null;
}

/** Plans every buffer of a model within the adapter's limits, as far as they allow it. */
export function planMemory(limits: AdapterLimits, file: ModelFile, options: MemoryOptions): MemoryPlan {
  const { gguf, spec } = file;
  const { maxBufferBytes } = limits;
  const { nCtx, tuning = tuningFor(limits.report) } = options;
  const blocks = splitBlocks(file.blocks, {
    maxBytes: maxBufferBytes,
    maxRows: mostWeightRows(tuning, limits.maxWorkgroups),
  });
  const needs = {
    name: gguf.source.name,
    weights: plannedBuffers(allBlocks(blocks), file.shared),
    streams: streamsOf(blocks),
    carried: carriedOf(blocks),
    cacheType: options.cacheType,
    shape: options,
  };
  const { nEmbd, nVocab } = spec;
  const runState = fitRunState(
    { nEmbd, nVocab, blocks: allBlocks(blocks), ropes: blocks.ropes },
    { ...options, tuning },
    maxBufferBytes,
  );
  return {
    blocks,
    runState,
    needs,
    bytes: {
      weights: weightBytes(needs),
      cache:
        cacheBytesOf(needs) +
        (file.kept === null ? 0 : hiddenBytes(hiddenShape(file.kept, runState, options))),
      activations: runStateBytes(runState),
    },
    fault:
      chunkError(file, nCtx) ??
      memoryError(needs, maxBufferBytes) ??
      [...runState.words]
        .map(([name, words]) => sizeError(name, 4 * words, maxBufferBytes))
        .find(error => error !== null) ??
      null,
  };
}

/** Plans like `planMemory`; throws `device_limits` or `unsupported_model` if the adapter cannot hold the model. */
export function requireMemory(limits: AdapterLimits, file: ModelFile, options: MemoryOptions): MemoryPlan {
  const plan = planMemory(limits, file, options);
  if (plan.fault) throw plan.fault;
  return plan;
}

/**
 * Error for a context longer than one attention chunk, which no kernel supports. Within the first chunk there is no difference.
 */
function chunkError({ gguf, spec }: ModelFile, nCtx: number): ForetokenError | null {
  const chunk = Math.min(
    ...spec.layers.map(({ mixer }) => (mixer.kind === 'attention' && mixer.chunk) || Infinity),
  );
  if (nCtx <= chunk) return null;
  return new ForetokenError(
    'unsupported_model',
    `${gguf.source.name} attends in chunks of ${chunk} positions, of which only the first is supported: choose an nCtx of at most ${chunk} per slot, not ${nCtx}`,
    { nCtx, chunk },
  );
}
