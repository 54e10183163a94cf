import { PAGE_POSITIONS, PART_POSITIONS } from '../util/kvPage.ts';

/** Softmax over some positions, before the division: see shaders/lib/softmax.wgsl. */
export interface SoftmaxState {
  /** Largest score. */
  readonly highest: number;
  /** Σ exp(score − highest). */
  readonly total: number;
  /** Σ exp(score − highest) · value. */
  readonly values: readonly number[];
}

/** State of the positions of both. */
export function merged(a: SoftmaxState, b: SoftmaxState): SoftmaxState {
  const highest = Math.max(a.highest, b.highest);
  const [keep, weight] = [Math.exp(a.highest - highest), Math.exp(b.highest - highest)];
  return {
    highest,
    total: a.total * keep + b.total * weight,
    values: a.values.map((value, i) => value * keep + b.values[i] * weight),
  };
}

/** State without positions, or with a logit that has no value. */
export function emptyState(width: number, sink?: number): SoftmaxState {
  const values = Array<number>(width).fill(0);
  return sink === undefined ? { highest: -1e30, total: 0, values } : { highest: sink, total: 1, values };
}

/**
 * Merges in the order of every adapter: the positions of a tile, the tiles of a part, the parts. `scoreOf` and `valueAt` are asked
 * for the positions from `first` to `last`.
 */
export function attendPositions(
  first: number,
  last: number,
  start: SoftmaxState,
  scoreOf: (position: number) => number,
  valueAt: (position: number, i: number) => number,
): SoftmaxState {
  const width = start.values.length;
  let all = start;
  for (const part of stretches(first, last, PART_POSITIONS)) {
    let state = emptyState(width);
    for (const tile of stretches(part.first, part.last, PAGE_POSITIONS)) {
      const positions = Array.from({ length: tile.last + 1 - tile.first }, (_, i) => tile.first + i);
      const scores = positions.map(scoreOf);
      const highest = Math.max(...scores);
      const weights = scores.map(score => Math.exp(score - highest));
      const sum = (factor: (position: number) => number) =>
        positions.reduce((total, position, i) => total + weights[i] * factor(position), 0);
      const values = Array.from({ length: width }, (_, i) => sum(position => valueAt(position, i)));
      state = merged(state, { highest, total: sum(() => 1), values });
    }
    all = merged(all, state);
  }
  return all;
}

/** Stretches of `length` positions at absolute multiples of it, cut to `first` … `last`. */
function stretches(first: number, last: number, length: number) {
  const from = Math.floor(first / length);
  return Array.from({ length: Math.floor(last / length) + 1 - from }, (_, i) => ({
    first: Math.max(first, (from + i) * length),
    last: Math.min(last, (from + i + 1) * length - 1),
  }));
}
