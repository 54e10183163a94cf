import type { GivenOptions } from '../protocol/options.ts';
import { alignUp } from '../util/math.ts';

/** Default number of slots: as in llama-server, they share one context. */
const AUTO_SLOTS = 4;
/** Granularity of contexts. */
const CONTEXT_STEP = 256;

/** Completes the settings of slots and context like llama-server's command line. */
export function withContextShape(given: GivenOptions): GivenOptions {
  // Every slot needs a row of the batch.
  const nAuto = Math.min(AUTO_SLOTS, given.nBatch ?? AUTO_SLOTS);
  const settings: GivenOptions =
    given.nSlots === undefined ? { kvUnified: true, ...given, nSlots: nAuto } : given;
  const { nCtx, nSlots = 1, kvUnified = false } = settings;
  if (nCtx === undefined || nCtx < 1 || nSlots < 1) return settings;
  const padded = alignUp(nCtx, CONTEXT_STEP);
  return {
    ...settings,
    nCtx: kvUnified ? padded : nSlots * alignUp(Math.floor(padded / nSlots), CONTEXT_STEP),
  };
}
