import type { Tuning } from './tuning.ts';

/** Choices of a tuning that no bit depends on (design D1): whichever is fastest may be taken. */
export type Choices = Partial<Pick<Tuning, 'maxTile' | 'sharedLoads' | 'expertRows' | 'mulMatWorkgroup'>>;

/** One such choice, and its alternatives. It is judged by the kernels that it changes. */
export interface Knob {
  readonly name: keyof Choices;
  readonly alternatives: readonly Choices[];
  /** Batches that it is judged by. */
  readonly rows: readonly number[];
}

/** A token alone, and the widest tile: what prompts are made of, and more than most drafts that are verified. */
const ONE = 1;
const MANY = 16;

/**
 * What may be chosen beside `tuning` on an adapter. Where lanes share a weight row their number and the workgroup's size fix the
 * order of sums and stay. Where none do, so does the widest tile: it is what software adapters compile longest.
 */
export function knobsFor(tuning: Tuning, features: readonly string[]): Knob[] {
  const expertRows: Knob = {
    name: 'expertRows',
    alternatives: others<Tuning['expertRows']>([2, 4], tuning.expertRows).map(rows => ({ expertRows: rows })),
    rows: [MANY],
  };
  if (tuning.lanes > 1) {
    const tiles = others<Tuning['maxTile']>([4, 8, 16], tuning.maxTile);
    return [{ name: 'maxTile', alternatives: tiles.map(maxTile => ({ maxTile })), rows: [MANY] }, expertRows];
  }
  const shared = features.includes('subgroups') ? others([false, true], tuning.sharedLoads) : [];
  const sizes = others([16, 32, 64], tuning.mulMatWorkgroup);
  return [
    { name: 'sharedLoads', alternatives: shared.map(sharedLoads => ({ sharedLoads })), rows: [ONE, MANY] },
    {
      name: 'mulMatWorkgroup',
      alternatives: sizes.map(size => ({ mulMatWorkgroup: size })),
      rows: [ONE, MANY],
    },
    expertRows,
  ];
}

/** What was chosen before, as far as it is among what may be chosen; null where nothing was. */
export function choicesAmong(knobs: readonly Knob[], kept: unknown): Choices | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const values = new Map<string, unknown>(Object.entries(kept));
  const chosen = knobs
    .flatMap(({ alternatives }) => alternatives)
    .filter(choices => Object.entries(choices).every(([name, value]) => values.get(name) === value));
  return Object.assign({}, ...chosen);
}

function others<T>(all: readonly T[], chosen: T): T[] {
  return all.filter(value => value !== chosen);
}
