/**
 * Kinds of sources that are models, of which a server has one at most: a draft model, an MTP head of the target, and an EAGLE-3 draft.
 */
export const MODEL_DRAFT_KINDS = ['draft-simple', 'draft-mtp', 'draft-eagle3'] as const;
export type ModelDraftKind = (typeof MODEL_DRAFT_KINDS)[number];

/** Whether a model drafts from states of the target, and then from its own. */
export function readsStates(kind: ModelDraftKind): boolean {
  return kind !== 'draft-simple';
}

/**
 * Kinds of draft sources: models, and look-ups in texts. All names but `ngram-suffix` are llama.cpp's `--spec-type`. Here, so that the protocol and
 * the interface of the models, which know nothing of each other, read one list.
 */
export const DRAFT_KINDS = [
  ...MODEL_DRAFT_KINDS,
  'ngram-simple',
  'ngram-map-k',
  'ngram-map-k4v',
  'ngram-mod',
  'ngram-suffix',
] as const;

/** Kind of a draft source. */
export type DraftKind = (typeof DRAFT_KINDS)[number];
