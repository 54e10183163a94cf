import { invalidOption } from '../protocol/options/option.ts';
import type { ResolvedOptions } from '../protocol/options.ts';
import { MIN_SHIFTED_N_CTX } from '../server/scheduling/contextShift.ts';

/** Longest default context. */
const MAX_DEFAULT_N_CTX = 4096;

export interface ContextSize {
  /** Positions of all slots together, and of each slot. */
  readonly nCtx: number;
  readonly nCtxSlot: number;
  /** Number of positions that the slots share; null if each has its own. */
  readonly nCtxShared: number | null;
}

/**
 * Determines the context sizes. Without `nCtx` a slot gets the length that the model was trained with, at most 4096. No slot
 * exceeds the trained length. Throws `invalid_option` when there is less than one position per slot, or too few to shift.
 */
export function contextSize(options: ResolvedOptions, nCtxTrain: number): ContextSize {
  const { nSlots, kvUnified, kvUnifiedPerSlot = Number.POSITIVE_INFINITY } = options;
  const nDefault = Math.min(nCtxTrain, MAX_DEFAULT_N_CTX);
  const { nCtx = kvUnified ? nDefault : nSlots * nDefault } = options;
  const share = kvUnified ? Math.min(nCtx, kvUnifiedPerSlot) : Math.floor(nCtx / nSlots);
  const nCtxSlot = Math.min(share, nCtxTrain);
  if (nCtxSlot < 1) throw invalidOption(`nCtx (${nCtx}) must be at least nSlots (${nSlots}), which share it`);
  if (options.ctxShift && nCtxSlot < MIN_SHIFTED_N_CTX) {
    throw invalidOption(
      `ctxShift needs ${MIN_SHIFTED_N_CTX} positions per slot, but nCtx (${nCtx}) gives ${nCtxSlot}; raise nCtx to ${nSlots * MIN_SHIFTED_N_CTX}`,
    );
  }
  return { nCtx, nCtxSlot, nCtxShared: kvUnified ? Math.min(nCtx, nSlots * nCtxSlot) : null };
}
