import type { DraftKind, SpeculationTrace } from '../../../client/index.ts';

/** Names of the kinds of drafts for people, in the order in which views list them. */
export const KIND_NAMES: Readonly<Record<DraftKind, string>> = {
  'draft-simple': 'draft model',
  'draft-mtp': 'MTP head',
  'draft-eagle3': 'EAGLE-3 draft',
  'ngram-simple': 'n-gram look-up',
  'ngram-map-k': 'n-gram map',
  'ngram-map-k4v': 'n-gram counts',
  'ngram-mod': 'n-gram table',
  'ngram-suffix': 'suffix look-up',
};

const KINDS = Object.keys(KIND_NAMES) as DraftKind[];

/** Kinds that drafted in `trace`, in the order of `KIND_NAMES`. */
export function kindsIn({ rounds }: SpeculationTrace): DraftKind[] {
  const present = new Set(rounds.map(({ source }) => source));
  return KINDS.filter(kind => present.has(kind));
}
