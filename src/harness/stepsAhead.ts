import { type AheadPolicy, ONE_STEP_AHEAD } from '../engine/aheadPolicy.ts';
import { Decoder } from '../engine/decoder.ts';
import { DraftModel } from '../engine/draftModel.ts';
import { createSampler } from '../engine/sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS, type SamplerParams } from '../engine/sampler/params.ts';
import type { Sequence } from '../engine/sequence.ts';
import type { TokenId } from '../forward/forward.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Model } from '../model/model.ts';
import { ModelPair } from '../model/modelPair.ts';

/** Answers that were computed with one way of working ahead. */
export interface AheadAnswers {
  readonly name: string;
  readonly tokens: readonly (readonly TokenId[])[];
  /** Submits made while an earlier one was being read. */
  readonly nAhead: number;
}

/** Way of working ahead. */
interface Way {
  readonly name: string;
  readonly policy: Partial<AheadPolicy>;
  readonly hasDrafts?: true;
  /** Milliseconds between empty submits. */
  readonly kickMs?: number;
}

/** The first way does not work ahead. */
const WAYS: readonly Way[] = [
  { name: 'no step ahead', policy: { depth: () => 0 } },
  { name: 'four steps ahead', policy: { depth: () => 4 } },
  { name: 'a guess ahead', policy: { depth: () => 3, guesses: () => true } },
  { name: 'a round ahead', policy: { followsRounds: () => true }, hasDrafts: true },
  { name: 'empty submits', policy: {}, kickMs: 1 },
];

/** Requests that run together, greedy ones and sampled ones from candidates and from all logits. */
const REQUESTS: readonly (readonly Partial<SamplerParams>[])[] = [
  [{ temperature: 0 }, { temperature: 0 }],
  [{ temperature: 0 }, { temperature: 0.6, topK: 5 }],
  [{ temperature: 0.6, repeatPenalty: 1.2 }],
];

/**
 * Answers the same requests in every way, on a device that counts calls. A request joins the others three steps later than the one
 * before it.
 */
export async function answersAhead(
  gpu: Gpu,
  target: Model,
  draft: Model,
  prompt: readonly TokenId[],
  nPredict: number,
): Promise<AheadAnswers[]> {
  const pair = await ModelPair.create(gpu, target, draft);
  const answers: AheadAnswers[] = [];
  for (const { name, policy, hasDrafts, kickMs = null } of WAYS) {
    const tokens: TokenId[][] = [];
    const before = gpu.counters().submitsAhead;
    gpu.kicks.everyMs = kickMs;
    for (const requests of REQUESTS) {
      const decoder = new Decoder(
        target,
        hasDrafts ? new DraftModel(draft, pair, draft.isHead ? 'draft-mtp' : 'draft-simple') : null,
        {
          nBatch: target.maxRows,
          ahead: { ...ONE_STEP_AHEAD, ...policy },
        },
      );
      const sequences = requests.map((params, slot) => sequenceOf(prompt, slot, params, nPredict, target));
      for (let nSteps = 0; ; nSteps++) {
        const running = sequences.filter(({ nRemain }, i) => nRemain > 0 && nSteps >= 3 * i);
        if (running.length === 0) break;
        for (const { sequence, sampled } of await decoder.step(running)) sequence.nRemain -= sampled.length;
      }
      tokens.push(...sequences.map(sequence => sequence.tokens));
    }
    answers.push({ name, tokens, nAhead: gpu.counters().submitsAhead - before });
  }
  return answers;
}

function sequenceOf(
  prompt: readonly TokenId[],
  slot: number,
  params: Partial<SamplerParams>,
  nPredict: number,
  { nVocab }: Model,
): Sequence {
  const sampler = createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 11 + slot, ...params }, nVocab);
  const tokens = [...prompt.slice(slot)];
  for (const token of tokens) sampler.accept(token);
  return {
    slot,
    tokens,
    nPast: 0,
    sampler,
    probs: null,
    speculative: { nMin: 0, nMax: 3, pMin: 0 },
    nRemain: nPredict,
  };
}
