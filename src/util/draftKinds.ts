/** Kinds of sources that are models, of which a server has one at most: a draft model, and an MTP head of the target. */
export const MODEL_DRAFT_KINDS = ['draft-simple', 'draft-mtp'] as const;
export type ModelDraftKind = (typeof MODEL_DRAFT_KINDS)[number];

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
