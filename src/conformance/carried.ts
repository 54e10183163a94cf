import { numbers, type StepRow, stepBuffer } from './inputs.ts';

/** Place of a row, and what the memory of its slot holds. */
export interface CarriedPlace extends Required<Pick<StepRow, 'slot' | 'position'>> {
  readonly base: number;
}

/** Positions of a slot whose inputs a check keeps at least. */
export const LEAST_RING = 4;

/**
 * Place of a row of recurrent layers: rows 2s and 2s + 1 follow each other in slot s, at the beginning of slot 0, and in the other
 * slots two positions behind their memory. Whatever its batch, a row sees the same inputs: those of the row before it are kept, too.
 */
export function carriedPlace(row: number): CarriedPlace {
  const slot = Math.floor(row / 2);
  const base = slot === 0 ? 0 : 4 + slot;
  return { slot, base, position: base + (slot === 0 ? 0 : 2) + (row % 2) };
}

/** Number of slots that rows need. */
export function carriedSlots(rows: readonly number[]): number {
  return 1 + Math.max(...rows.map(row => carriedPlace(row).slot));
}

/** Number of runs of rows. */
export function carriedRuns(rows: readonly number[]): number {
  return new Set(rows.map(row => carriedPlace(row).slot)).size;
}

/**
 * Step buffer of these rows, of which `outputs` are outputs. Memories are stored one position behind where they are, except the first
 * slot's, which has none.
 */
export function carriedStep(
  rows: readonly number[],
  outputs: readonly number[] = [],
): Uint32Array<ArrayBuffer> {
  const slots = numbers(carriedSlots(rows));
  const bases = slots.map(slot => carriedPlace(2 * slot).base);
  return stepBuffer(
    rows.map(carriedPlace),
    outputs,
    slots.map(() => []),
    bases.map((base, slot) => ({ base, commit: base === 0 ? 0 : base + 1, firstState: firstState(slot) })),
  );
}

/** First position of a slot whose hidden state is kept: the first row of odd slots lacks the state that it would read. */
export function firstState(slot: number): number {
  return slot % 2 === 0 ? 0 : carriedPlace(2 * slot).position;
}

/** Seed of the inputs at a position of a slot. */
export function seedAt(slot: number, position: number): number {
  return 1000 + 50 * slot + position;
}

/** Positions of a slot that its rows may read, `lookBack` before its memory included. */
export function keptPositions({ base, position }: CarriedPlace, lookBack = 0): number[] {
  const first = Math.max(0, base - lookBack);
  return numbers(position - first).map(i => first + i);
}
