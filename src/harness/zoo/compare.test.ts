import { describe, expect, it } from 'vitest';
import type { CompletionResponse } from '../../protocol/completion.ts';
import { compareEmbedding, compareGreedy, compareIds } from './compare.ts';

/** Two tokens: 7 far ahead of 8, then 5 just ahead of 6. */
const GOLDEN = {
  prompt: '',
  tokens: [7, 5],
  top: [
    [
      [7, -0.5],
      [8, -2],
    ],
    [
      [5, -1],
      [6, -1.005],
    ],
  ],
} as const;
type Top = readonly (readonly [id: number, logprob: number])[];

/** Answer with the two fields that are compared. */
function answerOf(tokens: readonly number[], top: readonly Top[]): CompletionResponse {
  const rows = top.map(list => ({ top_logprobs: list.map(([id, logprob]) => ({ id, logprob })) }));
  return Object.assign(Object.create(null), { tokens, completion_probabilities: rows });
}

describe('a greedy answer', () => {
  it.each<[string, readonly number[], readonly Top[], number]>([
    ['with the same numbers', [7, 5], GOLDEN.top, 0],
    ['with a small error', [7, 5], [[[7, -0.501]], [[5, -1.002]]], 0.002],
    ['that takes the other of a near tie', [7, 6, 9], [[[7, -0.5]], [[6, -1]]], 0],
    [
      'with other candidates behind the best',
      [7, 5],
      [
        [
          [7, -0.5],
          [9, -1],
        ],
        [[5, -1]],
      ],
      0,
    ],
  ])('%s holds', (_, tokens, top, error) => {
    const finding = compareGreedy(GOLDEN, answerOf(tokens, top));
    expect(finding.fault).toBeNull();
    expect(finding.error).toBeCloseTo(error, 9);
  });

  it.each<[string, readonly number[], readonly Top[], string]>([
    ['with another token', [8, 5], GOLDEN.top, 'token 0 is 8, not 7'],
    ['without tokens', [], [], 'token 0 is undefined, not 7'],
    ['that ends early', [7], GOLDEN.top, 'token 1'],
    ['without log-probabilities', [7, 5], [], 'token 0 has no log-probability'],
    ['with another log-probability', [7, 5], [[[7, -0.51]], [[5, -1]]], 'of 7 at 0 is -0.5100, not -0.5000'],
    [
      'with another one of the second',
      [7, 5],
      [
        [
          [7, -0.5],
          [8, -2.01],
        ],
      ],
      'of 8 at 0 is -2.0100',
    ],
    ['with NaN', [7, 5], [[[7, Number.NaN]]], 'of 7 at 0 is NaN'],
  ])('%s is a fault', (_, tokens, top, fault) => {
    const golden = fault.startsWith('token 1') ? { ...GOLDEN, top: [GOLDEN.top[0], GOLDEN.top[0]] } : GOLDEN;
    expect(compareGreedy(golden, answerOf(tokens, top)).fault).toContain(fault);
  });
});

it.each([
  [[1, 2], [1, 2], null],
  [[1, 2], [1, 3], 'id 1 is 3, not 2'],
  [[1, 2], [1], 'id 1 is undefined, not 2'],
  [[1], [1, 2], '1 ids too many'],
  [[], undefined, 'no ids'],
])('ids %j compared with %j: %s', (expected, given, fault) => {
  expect(compareIds(expected, given).fault).toBe(fault);
});

it.each([
  [[3, 4], [3, 4], null],
  [[3, 4], [3.01, 4], null],
  [[3, 4], [3.1, 4], 'off by 0.020'],
  [[3, 4], [3, Number.NaN], 'off by NaN'],
  [[3, 4], [3], '1 values, not 2'],
])('the embedding %j compared with %j: %s', (expected, given, fault) => {
  expect(compareEmbedding(expected, given).fault).toBe(fault);
});
