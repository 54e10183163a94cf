import { expect, it } from 'vitest';
import { chunkShifts } from './chunkReuse.ts';

/** Cells after the shifts, up to the end of the reusable part of the prompt. */
function shifted(cells: readonly number[], prompt: readonly number[], nPast: number, minLength: number) {
  const { shifts, nPast: reached } = chunkShifts(cells, prompt, nPast, minLength);
  const moved = [...cells];
  for (const { keep, discard, end } of shifts) {
    expect(end).toBe(moved.length);
    moved.splice(keep, discard);
  }
  expect(moved.slice(0, reached)).toEqual(prompt.slice(0, reached));
  return { nShifts: shifts.length, reached };
}

it.each([
  { name: 'one chunk', cells: [1, 9, 9, 2, 3, 4], prompt: [1, 2, 3, 4, 5], min: 3, nShifts: 1, reached: 4 },
  {
    name: 'no chunk that is too short',
    cells: [1, 9, 2, 3],
    prompt: [1, 2, 3],
    min: 3,
    nShifts: 0,
    reached: 1,
  },
  {
    name: 'two chunks, and what is between goes',
    cells: [1, 9, 2, 3, 8, 8, 4, 5],
    prompt: [1, 2, 3, 4, 5, 6],
    min: 2,
    nShifts: 2,
    reached: 5,
  },
  {
    name: 'a chunk only where the prompt goes on with it',
    cells: [1, 9, 4, 5, 2, 3],
    prompt: [1, 2, 3, 4, 5],
    min: 2,
    nShifts: 1,
    reached: 3,
  },
  {
    name: 'nothing when all is there',
    cells: [1, 2],
    prompt: [1, 2, 3],
    nPast: 2,
    min: 1,
    nShifts: 0,
    reached: 2,
  },
  { name: 'no more than the prompt', cells: [1, 9, 2, 3], prompt: [1, 2], min: 1, nShifts: 1, reached: 2 },
])('chunks are reused: $name', ({ cells, prompt, min, nShifts, reached, nPast = 1 }) => {
  expect(shifted(cells, prompt, nPast, min)).toEqual({ nShifts, reached });
});
