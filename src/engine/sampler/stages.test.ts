import { describe, expect, it } from 'vitest';
import { CandidateList } from './candidateList.ts';
import { createLogitBias } from './logitBias.ts';
import { createMinP } from './minP.ts';
import { createPenalties } from './penalties.ts';
import type { ChainStage } from './stage.ts';
import { createTemperature } from './temperature.ts';
import { createTopK } from './topK.ts';
import { createTopNSigma } from './topNSigma.ts';
import { createTopP } from './topP.ts';
import { createTypicalP } from './typicalP.ts';
import { createXtc } from './xtc.ts';

const NEVER = Number.NEGATIVE_INFINITY;

/** Logits of the given probabilities. */
function logs(...p: number[]): number[] {
  return p.map(Math.log);
}

function apply(stage: ChainStage | null, logits: readonly number[], history: readonly number[] = []) {
  const list = new CandidateList();
  list.load({ ids: Int32Array.from(logits, (_, i) => i), logits: Float32Array.from(logits) });
  for (const token of history) stage?.accept?.(token);
  stage?.apply(list);
  return { ids: [...list.ids.subarray(0, list.size)], logits: [...list.logits.subarray(0, list.size)] };
}

const xtc = (xtcProbability: number, xtcThreshold: number, minKeep = 0) =>
  createXtc({ seed: 1, xtcProbability, xtcThreshold, minKeep });
const temperature = (t: number, dynatempRange = 0, dynatempExponent = 1) =>
  createTemperature({ temperature: t, dynatempRange, dynatempExponent });
const penalties = (repeatLastN: number, repeatPenalty: number, frequencyPenalty = 0, presencePenalty = 0) =>
  createPenalties({ repeatLastN, repeatPenalty, frequencyPenalty, presencePenalty });

describe('stages that choose candidates', () => {
  const four = logs(0.1, 0.2, 0.3, 0.4);
  it.each<[string, ChainStage | null, number[], number[]]>([
    ['top_k keeps the k best, sorted', createTopK(2), four, [3, 2]],
    ['top_k keeps lower ids among equal logits', createTopK(2), [1, 1, 1], [0, 1]],
    ['top_k larger than the vocabulary only sorts', createTopK(9), four, [3, 2, 1, 0]],
    ['top_p stops as soon as the sum reaches p', createTopP(0.65, 0), four, [3, 2]],
    ['top_p keeps one candidate at p = 0', createTopP(0, 0), four, [3]],
    ['top_p keeps at least min_keep', createTopP(0.1, 3), four, [3, 2, 1]],
    ['top_p keeps all when the sum is never reached', createTopP(0.9999999, 9), four, [3, 2, 1, 0]],
    ['min_p keeps the order of an unsorted list', createMinP(0.5, 0), four, [1, 2, 3]],
    ['min_p sorts when min_keep asks for more', createMinP(0.9, 2), four, [3, 2]],
    [
      'typ_p takes the surprise nearest to the entropy first',
      createTypicalP(0.5, 0),
      logs(0.97, 0.01, 0.01, 0.01),
      [0],
    ],
    ['typ_p may drop the likeliest', createTypicalP(0.2, 0), logs(0.4, 0.24, 0.24, 0.12), [1]],
    ['typ_p ignores masked candidates', createTypicalP(0.4, 0), [0, NEVER, 0], [0]],
    [
      'typ_p is not led astray by a masked candidate',
      createTypicalP(0.2, 0),
      [...logs(0.4, 0.24, 0.24, 0.12), NEVER],
      [1],
    ],
    ['typ_p keeps at least min_keep', createTypicalP(0.1, 3), logs(0.97, 0.01, 0.01, 0.01), [0, 1, 2]],
    ['xtc drops all but the last that reaches the threshold', xtc(1, 0.15), four, [1, 0]],
    ['xtc leaves a single one that reaches it', xtc(1, 0.35), four, [3, 2, 1, 0]],
    ['xtc respects min_keep', xtc(1, 0.15, 3), four, [3, 2, 1, 0]],
    ['xtc does nothing when its draw is above its probability', xtc(0.4, 0.15), four, [0, 1, 2, 3]],
    ['xtc acts when its draw is below its probability', xtc(0.42, 0.15), four, [1, 0]],
  ])('%s', (_, stage, logits, ids) => {
    expect(apply(stage, logits).ids).toEqual(ids);
  });

  it('top_p finds a nucleus larger than its first guess', () => {
    const flat = new Array<number>(2048).fill(0);
    expect(apply(createTopP(0.5, 0), flat).ids).toHaveLength(1024);
  });
});

describe('stages that change logits', () => {
  it.each<[string, ChainStage | null, number[], number[], number[]]>([
    [
      'logit_bias adds and bans',
      createLogitBias([
        { token: 1, bias: 2 },
        { token: 2, bias: NEVER },
      ]),
      [1, 1, 1],
      [],
      [1, 3, NEVER],
    ],
    [
      'logit_bias ignores tokens outside the vocabulary',
      createLogitBias([{ token: 7, bias: 2 }]),
      [1, 1],
      [],
      [1, 1],
    ],
    [
      'repeat penalty divides positive and multiplies negative logits',
      penalties(9, 2),
      [4, -4, 4],
      [0, 1],
      [2, -8, 4],
    ],
    [
      'penalties count what the window holds',
      penalties(3, 1, 0.5, 0.25),
      [0, 0, 0],
      [0, 0, 1, 2, 1],
      [0, -1.25, -0.75],
    ],
    ['top_n_sigma masks and sorts', createTopNSigma(1), [0, 10, 0, 10], [], [10, 10, NEVER, NEVER]],
    [
      'top_n_sigma leaves out what is masked already',
      createTopNSigma(1),
      [NEVER, 0, 0, 0, 10],
      [],
      [10, NEVER, NEVER, NEVER, NEVER],
    ],
    ['temperature divides', temperature(0.5), [1, -2], [], [2, -4]],
    ['temperature 0 leaves the first of the largest', temperature(0), [1, 3, 3], [], [NEVER, 3, NEVER]],
    ['dynatemp of a flat distribution is the highest temperature', temperature(1, 1), [2, 2], [], [1, 1]],
    ['dynatemp of a certain one is the lowest', temperature(1, 0.5), [100, 0], [], [200, 0]],
    ['dynatemp leaves a single candidate alone', temperature(1, 0.5), [3], [], [3]],
  ])('%s', (_, stage, logits, history, expected) => {
    expect(apply(stage, logits, history).logits).toEqual(expected);
  });

  it('rounds every operation to float32', () => {
    expect(apply(penalties(9, 1.1), [1], [0]).logits).toEqual([Math.fround(1 / Math.fround(1.1))]);
    expect(apply(temperature(0.8), [1]).logits).toEqual([Math.fround(1 / Math.fround(0.8))]);
  });
});

describe('neutral parameters', () => {
  it.each<[string, ChainStage | null]>([
    ['no logit biases', createLogitBias([])],
    ['penalties of 1 and 0', penalties(64, 1)],
    ['penalties without a window', penalties(0, 2)],
    ['top_k 0', createTopK(0)],
    ['top_p 1', createTopP(1, 0)],
    ['min_p 0', createMinP(0, 0)],
    ['typ_p 1', createTypicalP(1, 0)],
    ['top_n_sigma -1', createTopNSigma(-1)],
    ['xtc probability 0', xtc(0, 0.1)],
    ['xtc threshold above a half', xtc(1, 0.6)],
    ['temperature 1', temperature(1)],
  ])('%s make no stage', (_, stage) => {
    expect(stage).toBeNull();
  });
});
