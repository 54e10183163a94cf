import { describe, expect, it } from 'vitest';
import { SlotMemories } from './slotMemories.ts';

const MAX = 5;
const span = (start: number, end: number) => ({ slot: 0, start, end });

/** Memories of two slots, of which slot 0 has decoded a prompt of this length. */
function behindPrompt(length: number): SlotMemories {
  const memories = new SlotMemories(2, MAX);
  memories.step(span(0, length), 0, 0);
  return memories;
}

describe('SlotMemories', () => {
  it.each([
    { what: 'a prompt that the rings hold', length: 5, commit: 0 },
    { what: 'a longer prompt', length: 12, commit: 7 },
  ])('stores the memory before the last positions of $what', ({ length, commit }) => {
    expect(new SlotMemories(1, MAX).step(span(0, length), 0, 0)).toEqual({ base: 0, commit });
  });

  it('stores it where a step begins, as far as that is certain', () => {
    expect(behindPrompt(12).step(span(12, 13), 0, 0)).toEqual({ base: 7, commit: 12 });
    expect(behindPrompt(12).step(span(12, 13), 0, 2)).toEqual({ base: 7, commit: 10 });
    // Positions that a draft model continues with come back, the rows that it was given do not.
    expect(behindPrompt(12).step(span(12, 14), 3, 0)).toEqual({ base: 7, commit: 14 });
  });

  it.each([
    [12, 12],
    [20, 12],
    [7, 7],
    [6, 0],
  ])('goes on behind %i positions of 12 from %i', (wanted, reusable) => {
    expect(behindPrompt(12).reusable(0, wanted)).toBe(reusable);
  });

  it('refuses a step at a position that it has left', () => {
    expect(() => behindPrompt(12).step(span(6, 7), 0, 0)).toThrow(/position 6 of slot 0/);
  });

  it('copies what a slot can go on from, and forgets it with its tokens', () => {
    const memories = behindPrompt(12);
    memories.copy(0, 1, 9);
    expect(memories.reusable(1, 12)).toBe(9);
    memories.truncate(1, 3);
    expect(memories.reusable(1, 12)).toBe(0);
  });

  it.each([
    { base: 13, end: 12 },
    { base: 6, end: 12 },
    { base: 2 ** 32 - 1, end: 12 },
  ])('refuses a state of $base positions for a slot of $end, and keeps the one before', ({ base, end }) => {
    const memories = behindPrompt(12);
    expect(() => memories.restore(0, base, end)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
    expect(memories.reusable(0, 12)).toBe(12);
  });
});
