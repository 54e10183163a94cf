import type { Candidates, TokenId } from '../forward/forward.ts';
import { assert } from '../util/assert.ts';
import { probsOf } from './probs.ts';
import type { SampledToken, Sequence } from './sequence.ts';

/** Number of leading tokens of `draft` that equal the argmax before them. `rows`: as in `verifyDraft`, of kind `argmax`. */
export function acceptedByArgmax(draft: readonly TokenId[], rows: readonly Candidates[]): number {
  const rejected = draft.findIndex((token, i) => token !== rows[i].ids[0]);
  return rejected < 0 ? draft.length : rejected;
}

/**
 * Verifies a draft: samples every position with the sequence's own chain, in order, and stops at the first token that differs
 * from the draft. If the whole draft is accepted, the row after it gives a bonus token. The chain makes the same draws on the
 * same rows as without a draft, so the tokens are the same; an empty draft is plain decoding.
 *
 * Synthetic acceptance decides by chance instead of comparing tokens. The chain still samples, so its random numbers stay in
 * step, but the grammar does not advance, because the chain did not choose the tokens.
 *
 * @param rows the target's candidates after the pending token and after each draft token: `draft.length + 1`
 * @returns at least one token; `draft.length + 1` when all were accepted
 */
export function verifyDraft(
  sequence: Sequence,
  draft: readonly TokenId[],
  rows: readonly Candidates[],
): SampledToken[] {
  assert(
    rows.length === draft.length + 1,
    () => `${rows.length} rows to verify ${draft.length} draft tokens`,
  );
  const { sampler, probs, synthetic } = sequence;
  const sampled: SampledToken[] = [];
  for (const [i, row] of rows.entries()) {
    const chosen = sampler.sample(row);
    const drafted = i < draft.length && (synthetic ? synthetic.accepts(i, draft[i]) : chosen === draft[i]);
    const token = drafted ? draft[i] : chosen;
    sampler.accept(token, !(synthetic && drafted));
    sampled.push({ token, drafted, ...(probs && { probs: probsOf(probs, row, sampler, token) }) });
    if (!drafted) break;
  }
  return sampled;
}
