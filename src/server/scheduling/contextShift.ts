/** Minimum size of a slot that can shift: a position to drop, positions to keep, and one for the next token. */
export const MIN_SHIFTED_N_CTX = 4;

/**
 * Positions that a full slot drops: [keep, keep + discard). Rule of llama-server's `--context-shift`: the first `nKeep` tokens
 * stay (-1: the whole prompt; one more if the tokenizer adds a beginning-of-sequence token); of the rest `nDiscard`, or half of
 * them, are dropped.
 *
 * @param nPast positions in the cache
 * @param nCtx positions of the slot, at least `MIN_SHIFTED_N_CTX`
 */
export function contextShift(
  nPast: number,
  nCtx: number,
  params: {
    readonly nKeep: number;
    readonly nDiscard: number;
    readonly nPrompt: number;
    readonly addBos: boolean;
  },
): { readonly keep: number; readonly discard: number } {
  const wanted = (params.nKeep < 0 ? params.nPrompt : params.nKeep) + (params.addBos ? 1 : 0);
  const keep = Math.min(wanted, nCtx - MIN_SHIFTED_N_CTX);
  const rest = nPast - keep;
  const discard = Math.min(params.nDiscard || Math.floor(rest / 2), rest - 1);
  return { keep, discard };
}
