import type { Tuning } from './tuning.ts';

/** Choices of a tuning that change no bit of a result (design D1), so that the fastest may be taken. */
export type Choices = Partial<Pick<Tuning, 'maxTile' | 'sharedLoads' | 'expertRows' | 'mulMatWorkgroup'>>;

/** Choice with its alternatives. It is judged by the kernels that it changes. */
export interface Knob {
  readonly name: keyof Choices;
  readonly alternatives: readonly Choices[];
  /** Batch sizes by which it is judged. */
  readonly rows: readonly number[];
}

/** Batch sizes: a single token, and the widest tile, which prompts consist of and which is wider than most verified drafts. */
const ONE = 1;
const MANY = 16;

/**
 * Alternatives to `tuning` on an adapter. If lanes share a weight row, their number and the workgroup's size fix the order of
 * sums and stay. Otherwise the widest tile stays, because software adapters take longest to compile it.
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

/** Stored choices that are still offered; null if nothing was stored. */
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
