import { describe, expect, it } from 'vitest';
import { MAX_STEPS_AHEAD, type TokenId } from '../forward/forward.ts';
import { AdaptiveDrafts } from './adaptive/adaptiveDrafts.ts';
import { type AheadPolicy, ONE_STEP_AHEAD } from './aheadPolicy.ts';
import { Decoder } from './decoder.ts';
import { DraftModel } from './draftModel.ts';
import { FakeForwardPass, type FakeModelOptions } from './fakeForwardPass.ts';
import { FakePair } from './fakePair.ts';
import { likeliest } from './likeliest.ts';
import type { Sampler } from './sampler/chain.ts';
import { createSampler } from './sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS, type SamplerParams } from './sampler/params.ts';
import type { ProbsRequest, Sequence } from './sequence.ts';

/** Number of random schedules; set the variable for a longer proof. */
const N_SCHEDULES = Number(process.env.FORETOKEN_SCHEDULES ?? 40);
const N_STEPS = 50;
const MODEL: FakeModelOptions = { nVocab: 67, nCtx: 44, nSlots: 3, pageCells: 16 };
const N_VOCAB = 67;
const N_CTX = 44;
/** Token that ends an answer. */
const END: TokenId = 11;

/** Kinds of requests: greedy, sampled from few or many candidates, with a grammar, with probabilities of all tokens. */
const KINDS = ['greedy', 'greedy', 'likely', 'topK', 'penalties', 'mirostat', 'grammar', 'probs'] as const;

interface Request {
  readonly kind: (typeof KINDS)[number];
  readonly prompt: readonly TokenId[];
  readonly seed: number;
  readonly nPredict: number;
  readonly nDraft: number;
}

/** Deterministic numbers below n. */
function randomsBelow(seed: number): (n: number) => number {
  let state = seed;
  return n => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((n * state) / 2 ** 32);
  };
}

/** Stands for a grammar: the likeliest token that no multiple of 5 is. */
class SievedSampler implements Sampler {
  readonly needs = 'logits';
  accept(): void {}
  survivors() {
    return [];
  }
  sample({ ids, logits }: Parameters<Sampler['sample']>[0]): TokenId {
    return likeliest({ ids, logits: logits.map((logit, id) => (id % 5 === 0 ? -1e9 : logit)) }, 'logits');
  }
  countAllowed(draft: readonly TokenId[]): number {
    const refused = draft.findIndex(token => token % 5 === 0);
    return refused < 0 ? draft.length : refused;
  }
}

const PARAMS: Readonly<Record<Exclude<Request['kind'], 'grammar'>, Partial<SamplerParams>>> = {
  greedy: { temperature: 0, topK: 1 },
  likely: { temperature: 0.3 },
  topK: { temperature: 1.2 },
  penalties: { temperature: 0.3, repeatPenalty: 1.3, logitBias: [{ token: 3, bias: 2 }] },
  mirostat: { mirostat: 2 },
  probs: { temperature: 0, topK: 1 },
};

function sequenceFor({ kind, prompt, seed, nPredict, nDraft }: Request, slot: number, nPast = 0): Sequence {
  const sampler =
    kind === 'grammar'
      ? new SievedSampler()
      : createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed, ...PARAMS[kind] }, N_VOCAB);
  for (const token of prompt) sampler.accept(token);
  const probs: ProbsRequest | null = kind === 'probs' ? { n: 2, postSampling: false } : null;
  const speculative = { nMin: 0, nMax: nDraft, pMin: 0 };
  return { slot, tokens: [...prompt], nPast, sampler, probs, speculative, nRemain: nPredict };
}

/** Makes room in a full context, at the same places of an answer in every schedule. */
function shiftIfFull(decoder: Decoder, sequence: Sequence): boolean {
  const { tokens, nPast } = sequence;
  const isFull = tokens.length === nPast + 1 && tokens.length >= N_CTX;
  if (isFull) decoder.shift(sequence, 4, 10);
  return isFull;
}

/** Tokens of a request that is alone, decoded step by step. Its context shifts, so they begin behind the prompt. */
async function answerAlone(request: Request): Promise<TokenId[]> {
  const target = new FakeForwardPass(MODEL);
  const ahead = { ...ONE_STEP_AHEAD, depth: () => 0 };
  const decoder = new Decoder(target, null, { nBatch: 16, ahead });
  const sequence = sequenceFor(request, 0);
  const answer: TokenId[] = [];
  while (sequence.nRemain > 0 && answer.at(-1) !== END) {
    shiftIfFull(decoder, sequence);
    const [{ sampled }] = await decoder.step([sequence]);
    for (const { token } of sampled) answer.push(token);
    sequence.nRemain -= sampled.length;
  }
  return answer;
}

/** Request that runs or has run, and its answer so far. */
interface Run {
  readonly request: Request;
  readonly sequence: Sequence;
  readonly answer: TokenId[];
  /** Whether its context was shifted, so that its cells fit no other request. */
  isMoved: boolean;
}

/** Decides at random, for the steps that a policy decides about. */
function randomPolicy(seed: number): AheadPolicy {
  const below = randomsBelow(seed);
  return {
    depth: () => 1 + below(MAX_STEPS_AHEAD),
    guesses: () => below(4) > 0,
    followsRounds: () => below(4) > 0,
  };
}

/** Runs random server operations between steps; models with recurrent layers go back no more than `maxRollback` positions. */
async function live(seed: number, maxRollback = Number.POSITIVE_INFINITY) {
  const below = randomsBelow(seed);
  const chance = (percent: number) => below(100) < percent;
  // Cells for all slots, or for fewer.
  const nCells = [3 * 48, 112][below(2)];
  const isRecurrent = maxRollback < Number.POSITIVE_INFINITY;
  const target = new FakeForwardPass({ ...MODEL, nCells, maxRollback });
  const draft = new FakeForwardPass({ ...MODEL, maxRollback, disagreement: [0, 0.2, 0.6][below(3)] });
  const pair = new FakePair(target, draft);
  const model = new DraftModel(draft, pair);
  const drafts = [null, model, new AdaptiveDrafts(model)][below(3)];
  let clock = 0;
  const decoder = new Decoder(target, drafts, {
    nBatch: 16,
    ahead: randomPolicy(seed + 1),
    now: () => clock++,
  });
  const running: (Run | null)[] = [null, null, null];
  const held: TokenId[][] = [[], [], []];
  const runs: Run[] = [];
  let saved: { readonly tokens: TokenId[]; readonly bytes: Uint8Array } | null = null;

  const begin = (slot: number, sequence: Sequence, request: Request) => {
    const run = { request, sequence, answer: [], isMoved: false };
    running[slot] = run;
    runs.push(run);
  };
  const end = (slot: number, isFailed = false) => {
    const run = running[slot];
    if (run === null) return;
    held[slot] = run.isMoved || isFailed ? [] : run.sequence.tokens.slice(0, run.sequence.nPast);
    running[slot] = null;
  };
  const giveUp = () => {
    const slot = running.findIndex((run, i) => run === null && held[i].length > 0);
    if (slot < 0) return false;
    held[slot] = [];
    decoder.truncate(slot, 0);
    return true;
  };
  // Rounds run ahead only where all requests are greedy, with drafts of one length.
  const kinds = [['greedy'] as const, KINDS][below(2)];
  const lengths = [1 + below(4), 1 + below(4)].slice(below(2));
  const requestFor = (prompt: readonly TokenId[]): Request => ({
    kind: kinds[below(kinds.length)],
    prompt,
    seed: below(1000),
    nPredict: 1 + below(60),
    nDraft: lengths[below(lengths.length)],
  });

  for (let i = 0; i < N_STEPS; i++) {
    const slot = below(3);
    const run = running[slot];
    if (run === null && chance(60)) {
      const wanted = Math.min(below(held[slot].length + 1), 24);
      const kept = held[slot].slice(0, target.reusable(slot, wanted));
      const prompt = [...kept, ...Array.from({ length: 1 + below(14) }, () => below(N_VOCAB))];
      const request = requestFor(prompt);
      begin(slot, sequenceFor(request, slot, kept.length), request);
      decoder.truncate(slot, kept.length);
    } else if (run === null && saved !== null && chance(30)) {
      try {
        target.writeCache(slot, saved.tokens.length, saved.bytes);
        held[slot] = [...saved.tokens];
      } catch {
        held[slot] = [];
      }
    } else if (run !== null && chance(6)) {
      end(slot);
    } else if (run !== null && !run.isMoved && chance(8)) {
      const { tokens, nPast } = run.sequence;
      saved = { tokens: tokens.slice(0, nPast), bytes: await target.readCache(slot, nPast) };
    } else if (
      run !== null &&
      run.sequence.tokens.length < 40 &&
      !run.isMoved &&
      running.includes(null) &&
      chance(10)
    ) {
      const { tokens, nPast } = run.sequence;
      const other = running.indexOf(null);
      const request = requestFor(tokens.slice(0, nPast + 1));
      const copy = sequenceFor(request, other);
      decoder.fork(run.sequence, copy);
      begin(other, copy, request);
    } else if (chance(1)) {
      target.failNext(new Error('lost'));
    }
    for (const [idle, tokens] of held.entries())
      if (running[idle] === null) decoder.truncate(idle, tokens.length);
    const batch = running.filter(busy => busy !== null);
    if (batch.length === 0) continue;
    try {
      const stepped = batch.filter(busy => {
        const isFull = busy.sequence.tokens.length >= N_CTX;
        // A memory cannot shift, so the answer ends.
        if (isRecurrent && isFull) end(busy.sequence.slot);
        else if (shiftIfFull(decoder, busy.sequence)) busy.isMoved = true;
        return !(isRecurrent && isFull);
      });
      if (stepped.length === 0) continue;
      const results = await decoder.step(
        stepped.map(({ sequence }) => sequence),
        giveUp,
      );
      for (const [i, { sampled }] of results.entries()) {
        const { sequence, answer } = stepped[i];
        sequence.nRemain -= sampled.length;
        // An answer may end within a round.
        for (const { token } of sampled) if (answer.at(-1) !== END) answer.push(token);
        if (sequence.nRemain <= 0 || answer.at(-1) === END) end(sequence.slot);
      }
    } catch {
      for (const { sequence } of batch) end(sequence.slot, true);
    }
  }
  const nAhead = target.calls.filter(call => call.kind === 'ahead').length;
  return { runs, nAhead, nFollowed: pair.nFollowed };
}

/** Runs schedules and compares every answer with that of its request alone. */
async function compareSchedules(maxRollback?: number) {
  const total = { nAhead: 0, nFollowed: 0, nTokens: 0 };
  for (let seed = 1; seed <= N_SCHEDULES; seed++) {
    const { runs, nAhead, nFollowed } = await live(7919 * seed, maxRollback);
    for (const { request, answer } of runs) {
      const alone = await answerAlone(request);
      expect(answer, `schedule ${seed}, ${JSON.stringify(request)}`).toEqual(alone.slice(0, answer.length));
      total.nTokens += answer.length;
    }
    total.nAhead += nAhead;
    total.nFollowed += nFollowed;
  }
  expect(total.nTokens / N_SCHEDULES).toBeGreaterThan(100);
  expect(total.nAhead / N_SCHEDULES).toBeGreaterThan(5);
  return total;
}

describe('answers of a server', () => {
  it(
    `are those of each request alone, whatever is submitted ahead, in ${N_SCHEDULES} random schedules`,
    async () => {
      const { nFollowed } = await compareSchedules();
      expect(nFollowed / N_SCHEDULES).toBeGreaterThan(2);
    },
    2000 * N_SCHEDULES,
  );

  it(
    `are so for models that go back only a few positions, in ${N_SCHEDULES} random schedules`,
    () => compareSchedules(7),
    2000 * N_SCHEDULES,
  );
});
