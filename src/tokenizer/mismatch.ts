import { type VocabularySpec, vocabTypeOf } from './vocabularySpec.ts';

/**
 * Limits of the comparison: a draft's vocabulary may be padded differently, and the first ids are often model-specific special
 * tokens.
 */
const MAX_SIZE_DIFFERENCE = 128;
const FIRST_COMPARED_TOKEN = 5;

/**
 * Reason why the target cannot use the draft's tokens, with the numbers; null if it can. The rules are llama.cpp's
 * (common/speculative.cpp): the same kind, the same BOS and EOS if they are added, sizes that differ by at most 128, and equal
 * texts from id 5 up to the smaller size.
 */
export function vocabularyMismatch(target: VocabularySpec, draft: VocabularySpec): string | null {
  const [kind, draftKind] = [vocabTypeOf(target), vocabTypeOf(draft)];
  if (kind !== draftKind) return `the vocabulary is ${kind} in the target and ${draftKind} in the draft`;
  if (target.addBos !== draft.addBos)
    return `add_bos is ${target.addBos} in the target and ${draft.addBos} in the draft`;
  if (target.addBos && target.bos !== draft.bos)
    return `BOS is token ${target.bos} in the target and ${draft.bos} in the draft`;
  if (target.addEos !== draft.addEos)
    return `add_eos is ${target.addEos} in the target and ${draft.addEos} in the draft`;
  if (target.addEos && target.eos !== draft.eos)
    return `EOS is token ${target.eos} in the target and ${draft.eos} in the draft`;

  const nTarget = target.tokens.length;
  const nDraft = draft.tokens.length;
  if (Math.abs(nTarget - nDraft) > MAX_SIZE_DIFFERENCE)
    return `the target has ${nTarget} tokens and the draft ${nDraft}: they differ by more than ${MAX_SIZE_DIFFERENCE}`;

  for (let id = FIRST_COMPARED_TOKEN; id < Math.min(nTarget, nDraft); id++) {
    if (target.tokens.equal(id, draft.tokens)) continue;
    const [a, b] = [target, draft].map(({ tokens }) => JSON.stringify(tokens.at(id)));
    return `token ${id} is ${a} in the target and ${b} in the draft`;
  }
  return null;
}
