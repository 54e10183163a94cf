import { describe, expect, it } from 'vitest';
import { type BatchDemand, shareBatch } from './batchShare.ts';

const prompt = (nPending: number): BatchDemand => ({ nPending, nDraftMax: 0, isPrompt: true });
const generating = (nDraftMax = 0): BatchDemand => ({ nPending: 1, nDraftMax, isPrompt: false });

describe('shareBatch', () => {
  it.each<[string, BatchDemand[], number, number[], number[]]>([
    ['gives a lone prompt the whole batch', [prompt(20)], 8, [8], [0]],
    ['gives a short prompt what it needs', [prompt(3)], 8, [3], [0]],
    ['serves prompts in order', [prompt(5), prompt(5)], 8, [5, 3], [0, 0]],
    ['puts generating sequences before earlier prompts', [prompt(9), generating()], 4, [3, 1], [0, 0]],
    ['lets a draft fill the batch', [generating(10)], 8, [1], [7]],
    ['shares the room for drafts evenly', [generating(9), generating(9)], 8, [1, 1], [3, 3]],
    ['gives what short drafts leave to the others', [generating(9), generating(1)], 8, [1, 1], [5, 1]],
    ['leaves half of the room to a waiting prompt', [generating(9), prompt(9)], 9, [1, 4], [4, 0]],
    ['leaves a short prompt no more than it needs', [generating(9), prompt(2)], 9, [1, 2], [6, 0]],
    ['drafts nothing in a full batch', [generating(3), generating(3)], 2, [1, 1], [0, 0]],
    ['always lets a prompt move on', [generating(3), prompt(5)], 2, [1, 1], [0, 0]],
  ])('%s', (_, demands, nRows, nTokens, nDraftMax) => {
    expect(shareBatch(demands, nRows)).toEqual({ nTokens, nDraftMax });
  });
});
