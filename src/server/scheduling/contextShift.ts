/** Fewest positions of a slot that can shift: something to drop, something to keep, and the token to come. */
export const MIN_SHIFTED_N_CTX = 4;

/**
 * Which positions a full slot gives up: [keep, keep + discard). Rule of llama-server's `--context-shift`: the first
 * `nKeep` tokens stay (-1: the whole prompt; one more when the tokenizer adds a beginning-of-sequence token), and of
 * the rest `nDiscard`, or half of them, go.
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
