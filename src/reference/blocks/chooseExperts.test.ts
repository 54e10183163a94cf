import { describe, expect, it } from 'vitest';
import type { ExpertFfn } from '../../architectures/index.ts';
import { TINY_EXPERTS } from '../tinySpec.ts';
import { chooseExperts } from './chooseExperts.ts';

const { log } = Math;
/** Logits of the probabilities 0.4, 0.3, 0.2 and 0.1. */
const LOGITS = [log(4), log(3), log(2), 0];

interface Case {
  readonly name: string;
  readonly spec?: Partial<ExpertFfn>;
  readonly logits?: readonly number[];
  readonly bias?: readonly number[];
  readonly chosen: readonly (readonly [expert: number, weight: number])[];
}

const CASES: readonly Case[] = [
  {
    name: 'by their probabilities among all',
    chosen: [
      [0, 0.4],
      [1, 0.3],
    ],
  },
  {
    name: 'with weights that sum to 1',
    spec: { normalise: true },
    chosen: [
      [0, 4 / 7],
      [1, 3 / 7],
    ],
  },
  {
    name: 'by probabilities among the chosen',
    spec: { gating: 'softmaxOfChosen' },
    chosen: [
      [0, 4 / 7],
      [1, 3 / 7],
    ],
  },
  {
    name: 'each by its own sigmoid, times a factor',
    spec: { gating: 'sigmoid', weightScale: 2 },
    chosen: [
      [0, 8 / 5],
      [1, 6 / 4],
    ],
  },
  {
    name: 'of equals the lowest',
    logits: [0, 1, 1, 1],
    spec: { gating: 'sigmoid' },
    chosen: [
      [1, Math.E / (1 + Math.E)],
      [2, Math.E / (1 + Math.E)],
    ],
  },
  {
    name: 'by a bias that does not weigh',
    bias: [0, 0, 0, 1],
    chosen: [
      [3, 0.1],
      [0, 0.4],
    ],
  },
  {
    name: 'from the group whose two best have the largest sum, whichever has the best of all',
    logits: [5, -9, -9, -9, 4, 3, 0, 0].map(value => value - 5),
    spec: { gating: 'softmaxOfChosen', groups: { count: 2, used: 1 } },
    chosen: [
      [4, Math.E / (1 + Math.E)],
      [5, 1 / (1 + Math.E)],
    ],
  },
  {
    name: 'divided by no less than the smallest normal half',
    spec: { gating: 'sigmoid', normalise: true },
    logits: [-20, -20, -30, -30],
    chosen: [
      [0, Math.exp(-20) / 2 ** -14],
      [1, Math.exp(-20) / 2 ** -14],
    ],
  },
];

describe('chooseExperts', () => {
  it.each(CASES)('chooses two experts $name', ({ spec, logits = LOGITS, bias, chosen }) => {
    const choices = chooseExperts(
      { ...TINY_EXPERTS, nExperts: logits.length, ...spec },
      Float64Array.from(logits),
      bias ? Float32Array.from(bias) : null,
    );
    expect(choices.map(({ expert }) => expert)).toEqual(chosen.map(([expert]) => expert));
    choices.forEach(({ weight }, i) => {
      expect(weight / chosen[i][1]).toBeCloseTo(1, 6);
    });
  });
});
