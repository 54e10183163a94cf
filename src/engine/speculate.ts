import { assert } from '../util/assert.ts';
import type { Candidates, TokenId } from './forwardPass.ts';
import { probsOf } from './probs.ts';
import type { SampledToken, Sequence } from './sequence.ts';

/**
 * Verifies a draft: samples every position with the sequence's own chain, in order, and stops at the first token that the
 * draft did not foresee. When all of it was accepted, the row after it gives a bonus token. The chain makes the same draws
 * on the same rows as without a draft, so the tokens are the same; an empty draft is plain decoding.
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
  const { sampler, probs } = sequence;
  const sampled: SampledToken[] = [];
  for (const [i, row] of rows.entries()) {
    const token = sampler.sample(row);
    sampler.accept(token);
    const drafted = token === draft[i];
    sampled.push({ token, drafted, ...(probs && { probs: probsOf(probs, row, sampler, token) }) });
    if (!drafted) break;
  }
  return sampled;
}
