import { MAX_CODE_POINT, type Ranges } from './grammar.ts';

/** Union of pairs in any order; a pair whose last is below its first is empty. */
export function unionOf(pairs: readonly (readonly [number, number])[]): Ranges {
  const sorted = pairs.filter(([first, last]) => first <= last).sort((a, b) => a[0] - b[0]);
  const union: number[] = [];
  for (const [first, last] of sorted) {
    const end = union.length - 1;
    if (end > 0 && first <= union[end] + 1) union[end] = Math.max(union[end], last);
    else union.push(first, last);
  }
  return union;
}

/** All code points outside `ranges`. */
export function complementOf(ranges: Ranges): Ranges {
  const complement: number[] = [];
  let first = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    if (first < ranges[i]) complement.push(first, ranges[i] - 1);
    first = ranges[i + 1] + 1;
  }
  if (first <= MAX_CODE_POINT) complement.push(first, MAX_CODE_POINT);
  return complement;
}

/** True if `ranges` contain a code point from `first` to `last`, both included. */
export function intersects(ranges: Ranges, first: number, last: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i] <= last && first <= ranges[i + 1]) return true;
  }
  return false;
}
