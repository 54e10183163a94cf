import { describe, expect, it } from 'vitest';
import { MeasuredPolicy } from './aheadPolicy.ts';
import { createSampler } from './sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from './sampler/params.ts';
import type { Sequence } from './sequence.ts';

function sequence(): Sequence {
  return {
    slot: 0,
    tokens: [1],
    nPast: 0,
    sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 1 }, 8),
    probs: null,
    speculative: { nMin: 0, nMax: 0, pMin: 0 },
    nRemain: 8,
  };
}

/** Policy that has seen many steps of `gpuMs` on the GPU and `chooseMs` on the CPU. */
function policy(latencyMs: number, gpuMs: number, chooseMs = 0): MeasuredPolicy {
  const measured = new MeasuredPolicy(latencyMs);
  for (let i = 0; i < 50; i++) measured.stepped(latencyMs + gpuMs, chooseMs);
  return measured;
}

describe('the number of steps ahead', () => {
  it('is one before any step was measured', () => {
    expect(new MeasuredPolicy(3).depth()).toBe(1);
  });

  it.each([
    { latencyMs: 2, gpuMs: 8, depth: 1 },
    { latencyMs: 2, gpuMs: 2.1, depth: 1 },
    { latencyMs: 2, gpuMs: 1.1, depth: 2 },
    { latencyMs: 2, gpuMs: 0.7, depth: 3 },
    { latencyMs: 2, gpuMs: 0.1, depth: 4 },
    { latencyMs: 100, gpuMs: 10, depth: 4 },
    { latencyMs: 0, gpuMs: 0, depth: 1 },
  ])('covers a latency of $latencyMs ms with steps of $gpuMs ms: $depth', ({ latencyMs, gpuMs, depth }) => {
    expect(policy(latencyMs, gpuMs).depth()).toBe(depth);
  });

  it('follows a shorter step at once, and a longer one slowly', () => {
    const measured = policy(2, 100);
    measured.stepped(2.5, 0);
    expect(measured.depth()).toBe(4);
    measured.stepped(3, 0);
    expect(measured.depth()).toBe(4);
    for (let i = 0; i < 50; i++) measured.stepped(5, 0);
    expect(measured.depth()).toBe(1);
  });
});

describe('a guess', () => {
  it('is not made before any step was measured', () => {
    expect(new MeasuredPolicy(3).guesses([sequence()])).toBe(false);
  });

  it.each([
    { what: 'a step that ends within the wait', latencyMs: 2, gpuMs: 1, agreement: 0.5, isMade: true },
    { what: 'a sampler that rarely agrees', latencyMs: 2, gpuMs: 1, agreement: 0.1, isMade: false },
    {
      what: 'a longer step and a sampler that mostly agrees',
      latencyMs: 2,
      gpuMs: 4,
      agreement: 0.8,
      isMade: true,
    },
    {
      what: 'a longer step and a sampler that often disagrees',
      latencyMs: 2,
      gpuMs: 4,
      agreement: 0.4,
      isMade: false,
    },
    { what: 'a step much longer than the wait', latencyMs: 0.2, gpuMs: 30, agreement: 0.9, isMade: false },
    { what: 'a slow sampler', latencyMs: 0.2, gpuMs: 4, chooseMs: 4, agreement: 0.7, isMade: true },
  ])('pays for $what: $isMade', ({ latencyMs, gpuMs, chooseMs, agreement, isMade }) => {
    const measured = policy(latencyMs, gpuMs, chooseMs);
    const guessed = sequence();
    for (let i = 0; i < 200; i++) measured.chose(guessed, (i * agreement) % 1 < agreement);
    expect(measured.guesses([guessed])).toBe(isMade);
  });

  it('for several sequences must be right for all', () => {
    const measured = policy(2, 4);
    const all = Array.from({ length: 6 }, sequence);
    for (const each of all) for (let i = 0; i < 200; i++) measured.chose(each, i % 5 > 0);
    expect(measured.guesses(all.slice(0, 1))).toBe(true);
    expect(measured.guesses(all)).toBe(false);
  });
});
