import type { Tuning } from './tuning.ts';

/** Choices of a tuning that change no bit of a result (design D1), so that the fastest may be taken. */
export type Choices = Partial<
  Pick<
    Tuning,
    | 'maxTile'
    | 'maxSums'
    | 'manyRows'
    | 'rowLanes'
    | 'laneRows'
    | 'unpack'
    | 'sharedLoads'
    | 'expertRows'
    | 'mulMatWorkgroup'
  >
>;

/** Choice with its alternatives. It is judged by the kernels that it changes. */
export interface Knob {
  readonly name: keyof Choices;
  readonly alternatives: readonly Choices[];
  /** Batch sizes by which it is judged. */
  readonly rows: readonly number[];
}

/** Batch sizes: a single token, the widest tile of few rows, which verified drafts consist of, and part of a prompt. */
const ONE = 1;
const MANY = 8;
const PROMPT = 64;

/** Weight rows of a workgroup whose invocations share sums: row lanes, and rows of each. */
const ROW_SHAPES = [
  { rowLanes: 8, laneRows: 1 },
  { rowLanes: 8, laneRows: 2 },
  { rowLanes: 16, laneRows: 1 },
  { rowLanes: 16, laneRows: 2 },
] as const;

/**
 * Alternatives to `tuning` on an adapter with subgroups of at least `subgroupSize` invocations. None changes a bit. Whether
 * invocations share sums stays, and without that the widest tile, because software adapters take longest to compile it.
 */
export function knobsFor(tuning: Tuning, subgroupSize: number): Knob[] {
  if (tuning.lanes > 1) {
    const unpacks = others<Tuning['unpack']>(['bytes', 'floats', 'halves'], tuning.unpack);
    const shapes = ROW_SHAPES.filter(
      ({ rowLanes, laneRows }) => rowLanes !== tuning.rowLanes || laneRows !== tuning.laneRows,
    );
    const tiles = others<Tuning['maxTile']>([4, 8], tuning.maxTile);
    const sums = others<Tuning['maxSums']>([4, 8, 16], tuning.maxSums);
    return [
      { name: 'unpack', alternatives: unpacks.map(unpack => ({ unpack })), rows: [ONE] },
      { name: 'rowLanes', alternatives: shapes, rows: [ONE, MANY] },
      { name: 'maxTile', alternatives: tiles.map(maxTile => ({ maxTile })), rows: [MANY] },
      { name: 'maxSums', alternatives: sums.map(maxSums => ({ maxSums })), rows: [MANY] },
      { name: 'manyRows', alternatives: [{ manyRows: 0 }], rows: [PROMPT] },
    ];
  }
  const shared = others([0, 4, 8] as const, tuning.sharedLoads).filter(
    neighbours => neighbours <= subgroupSize,
  );
  const sizes = others([16, 32, 64], tuning.mulMatWorkgroup);
  const expertRows = others<Tuning['expertRows']>([2, 4], tuning.expertRows);
  return [
    { name: 'sharedLoads', alternatives: shared.map(sharedLoads => ({ sharedLoads })), rows: [ONE, MANY] },
    {
      name: 'mulMatWorkgroup',
      alternatives: sizes.map(size => ({ mulMatWorkgroup: size })),
      rows: [ONE, MANY],
    },
    { name: 'expertRows', alternatives: expertRows.map(rows => ({ expertRows: rows })), rows: [MANY] },
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
