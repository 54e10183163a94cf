import { kernel } from '../kernel.ts';
import type { Tuning } from '../tuning.ts';

/** Choices of one expert whose rows share its weights (GROUP in shaders/lib/sorted_choices.wgsl). */
export const CHOICE_GROUP = 8;
/** Most experts of a row whose class sums fit in workgroup memory (shaders/lib/expert_sum_lanes.wgsl). */
const MOST_SUMMED = 12;

/** Choices that a batch makes. */
export interface ChoiceCounts {
  readonly nExperts: number;
  readonly nUsed: number;
  readonly rows: number;
}

/**
 * Whether choices are sorted by expert, so that the rows of an expert share its weights: as soon as there are more choices than
 * experts. Software adapters find the rows of an expert within a tile instead.
 */
export function sortsChoices(
  { nExperts, nUsed, rows }: ChoiceCounts,
  { lanes }: Pick<Tuning, 'lanes'>,
): boolean {
  return lanes !== 1 && rows > 1 && rows * nUsed > nExperts;
}

/** Whether the sum over a row's experts is a kernel of its own, `addExperts`. */
export function sumsApart(counts: ChoiceCounts, tuning: Pick<Tuning, 'lanes'>): boolean {
  return sortsChoices(counts, tuning) || (tuning.lanes !== 1 && counts.nUsed > MOST_SUMMED);
}

/** Most groups of sorted choices: every expert may have one that is not full. */
export function mostChoiceGroups({ nExperts, nUsed, rows }: ChoiceCounts): number {
  const nChoices = rows * nUsed;
  const notFull = Math.min(nExperts, nChoices);
  return Math.floor((nChoices + (CHOICE_GROUP - 1) * notFull) / CHOICE_GROUP);
}

/** Words per row of the batch that hold its sorted choices, whatever the batch. */
export function sortedWords(nUsed: number): number {
  return nUsed * CHOICE_GROUP;
}

/** Sorts the choices of batches of up to `batch.rows` rows by expert into groups; buffers: step, chosen, sorted. */
export const sortChoices = kernel('sort_choices', [], ({ batch }: { readonly batch: ChoiceCounts }) => ({
  defines: {},
  overrides: { N_EXPERTS: batch.nExperts, N_USED: batch.nUsed, N_GROUPS: mostChoiceGroups(batch) },
  bindings: ['read', 'read', 'write'],
  workgroups: [1, 1, 1],
}));
