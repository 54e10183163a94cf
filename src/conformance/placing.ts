import { carriedPlace, carriedSlots, carriedStep } from './carried.ts';
import { gathered, gatheredStep, numbers } from './inputs.ts';

/** Places of rows in a batch: batch row i of the kernel's own order, and its place in `dst`. */
export interface Placing {
  readonly step: Uint32Array<ArrayBuffer>;
  /** Batch rows of the results. */
  readonly outputs: readonly number[];
  /** Row of `dst` of each result, and number of its rows. */
  readonly places: readonly number[];
  readonly nPlaces: number;
}

/** Places of the rows of a kernel that may compute only those with outputs (`gather`), or may write to a ring of `ring` positions. */
export function placing(
  rows: readonly number[],
  { gather = false, ring }: { readonly gather?: boolean; readonly ring?: number },
): Placing {
  const outputs = gather && !ring ? gathered(rows.length) : numbers(rows.length);
  if (!ring)
    return { step: gatheredStep(outputs), outputs, places: numbers(rows.length), nPlaces: rows.length };
  const places = rows.map(row => {
    const { slot, position } = carriedPlace(row);
    return slot * ring + (position % ring);
  });
  return { step: carriedStep(rows, outputs), outputs, places, nPlaces: ring * carriedSlots(rows) };
}
