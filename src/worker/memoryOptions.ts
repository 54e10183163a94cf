import type { ModelDraftKind } from '../forward/drafting.ts';
import type { MemoryOptions } from '../model/memoryPlan.ts';
import { type ContextSize, contextSize } from './contextSize.ts';
import { outputRows, type SpeculationOptions, specKindsOf } from './speculation.ts';

/**
 * Sizes that decide how much memory the models take, for loading and for an estimate. `nCtxTrain` is the target's; throws like
 * `contextSize`.
 */
export function memoryOptions(
  options: SpeculationOptions,
  nCtxTrain: number,
  drafter: ModelDraftKind | null,
): { readonly context: ContextSize; readonly memory: MemoryOptions } {
  const { nSlots, nBatch, cacheType } = options;
  const context = contextSize(options, nCtxTrain);
  return {
    context,
    memory: {
      nCtx: context.nCtxSlot,
      nSlots,
      nCtxShared: context.nCtxShared,
      maxRows: nBatch,
      maxOutputs: outputRows(options, specKindsOf(options, drafter)),
      cacheType,
    },
  };
}
