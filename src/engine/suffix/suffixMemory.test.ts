import { describe, expect, it } from 'vitest';
import { createSampler } from '../sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from '../sampler/params.ts';
import type { Sequence } from '../sequence.ts';
import { SuffixMemory } from './suffixMemory.ts';
import { BREAK } from './tokenLog.ts';

function sequenceIn(slot: number, tokens: number[]): Sequence {
  return {
    ...{ slot, tokens, nPast: tokens.length - 1, probs: null, nRemain: 100 },
    sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 1 }, 97),
    speculative: { nMin: 0, nMax: 3, pMin: 0 },
  };
}

/** Lets `memory` follow an answer token by token, without its end. */
function answer(memory: SuffixMemory, slot: number, prompt: number[], tokens: readonly number[]): Sequence {
  const sequence = sequenceIn(slot, prompt);
  memory.guess(sequence, 8);
  for (const token of tokens) {
    sequence.tokens.push(token);
    memory.guess(sequence, 8);
  }
  return sequence;
}

const ANSWER = [21, 22, 23, 24, 25];

describe('SuffixMemory', () => {
  it('a memory that begins with what another learned guesses its answers at once', () => {
    const earlier = new SuffixMemory(1024);
    answer(earlier, 0, [1, 2, 3], ANSWER);
    const later = new SuffixMemory(1024, earlier.learned());
    expect(later.guess(sequenceIn(0, [9, 2, 3]), 5).tokens).toEqual(ANSWER);
    expect(new SuffixMemory(1024).guess(sequenceIn(0, [9, 2, 3]), 5).tokens).toEqual([]);
  });

  it('a memory that begins with what another learned has its odds', () => {
    const earlier = new SuffixMemory(1024);
    for (let i = 0; i < 30; i++) answer(earlier, 0, [1, 2, 3], ANSWER);
    const later = new SuffixMemory(1024, earlier.learned());
    const next = sequenceIn(0, [1, 2, 3]);
    const { chances } = later.guess(next, 5);
    expect(chances[0]).toBeGreaterThan(0.8);
    expect(chances).toEqual(earlier.guess(next, 5).chances);
  });

  it('the answers that are still being written are copied, and not added twice', () => {
    const memory = new SuffixMemory(1024);
    const running = answer(memory, 0, [1, 2, 3], ANSWER);
    expect([...memory.learned().tokens]).toEqual([BREAK, 1, 2, 3, ...ANSWER]);
    running.tokens.push(26);
    memory.guess(running, 8);
    answer(memory, 1, [5], [6]);
    expect([...memory.learned().tokens]).toEqual([1, 2, 3, ...ANSWER, 26, BREAK, 5, 6]);
  });

  it('no more tokens are copied than it is to remember, and these are the newest', () => {
    const memory = new SuffixMemory(4);
    answer(memory, 0, [1, 2, 3], ANSWER);
    expect([...memory.learned().tokens]).toEqual([22, 23, 24, 25]);
    const smaller = new SuffixMemory(2, memory.learned());
    expect([...smaller.learned().tokens]).toEqual([24, 25]);
  });

  it('it counts what it learned, so that a save is only made of something new', () => {
    const memory = new SuffixMemory(1024);
    const before = memory.nLearned;
    const sequence = answer(memory, 0, [1, 2, 3], []);
    expect(memory.nLearned).toBe(before);
    sequence.tokens.push(4);
    expect(memory.nLearned).toBeGreaterThan(before);
    const withFour = memory.nLearned;
    memory.leave(0);
    expect(memory.nLearned).toBeGreaterThanOrEqual(withFour);
  });
});
