import { describe, expect, it } from 'vitest';
import type { Generation } from './generation.ts';
import type { Job } from './job.ts';
import { chooseSlot, commonPrefix, type Slot } from './slots.ts';

const idle = (id: number, cached: number[], releasedAt: number): Slot => ({
  id,
  state: { kind: 'idle', cached, cells: cached, last: null, releasedAt },
});
const busy = (id: number): Slot => ({
  id,
  state: { kind: 'busy', job: {} as Job, generation: {} as Generation },
});
const PROMPT = Array.from({ length: 20 }, (_, i) => i);

describe('choosing the slot for a prompt', () => {
  it.each([
    { name: 'the highest of fresh ones', slots: [idle(0, [], 0), idle(1, [], 0)], expected: 1 },
    { name: 'the least recently used', slots: [idle(0, [9], 1), idle(1, [9], 2)], expected: 0 },
    {
      name: 'the one that holds the most of it',
      slots: [idle(0, [0, 1, 2], 9), idle(1, [0, 1, 2, 3], 8), idle(2, [], 1)],
      expected: 1,
    },
    { name: 'none for a tenth of it or less', slots: [idle(0, [0, 1], 9), idle(1, [7], 3)], expected: 1 },
    { name: 'no busy one', slots: [idle(0, [], 5), busy(1)], expected: 0 },
    { name: 'the one asked for', slots: [idle(0, PROMPT, 5), idle(1, [], 9)], idSlot: 1, expected: 1 },
    {
      name: 'the one asked for, modulo their number',
      slots: [idle(0, [], 5), idle(1, [], 9)],
      idSlot: 4,
      expected: 0,
    },
    {
      name: 'nothing while the one asked for is busy',
      slots: [busy(0), idle(1, [], 9)],
      idSlot: 0,
      expected: undefined,
    },
    { name: 'nothing while all are busy', slots: [busy(0), busy(1)], expected: undefined },
  ])('the chosen slot is $name', ({ slots, idSlot = -1, expected }) => {
    expect(chooseSlot(slots, PROMPT, idSlot, 0.1)?.id).toBe(expected);
  });
});

it.each([
  [[], [1], 0],
  [[1, 2, 3], [1, 2, 4], 2],
  [[1, 2], [1, 2, 3], 2],
])('the common prefix of %j and %j has %i tokens', (a, b, expected) => {
  expect(commonPrefix(a, b)).toBe(expected);
});
