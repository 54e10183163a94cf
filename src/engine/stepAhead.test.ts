import { describe, expect, it } from 'vitest';
import type { TokenId } from '../forward/forward.ts';
import { AdaptiveDrafts } from './adaptive/adaptiveDrafts.ts';
import { type AheadPolicy, ONE_STEP_AHEAD } from './aheadPolicy.ts';
import { Decoder } from './decoder.ts';
import { DraftModel } from './draftModel.ts';
import type { DraftSource } from './draftSource.ts';
import { type FakeCall, FakeForwardPass, type FakeModelOptions } from './fakeForwardPass.ts';
import { createSampler } from './sampler/createSampler.ts';
import { DEFAULT_SAMPLER_PARAMS } from './sampler/params.ts';
import type { Sequence } from './sequence.ts';

/** The same model without forwardAhead. */
class StepwiseForwardPass extends FakeForwardPass {
  override forwardAhead(): null {
    return null;
  }
}

type Model = typeof FakeForwardPass;
const BOTH: readonly Model[] = [FakeForwardPass, StepwiseForwardPass];
const PAGES: FakeModelOptions = { pageCells: 16 };

function sequenceIn(
  slot: number,
  nPredict = 40,
  prompt: readonly TokenId[] = [1, 2, 3, 4, 5 + slot],
): Sequence {
  return {
    slot,
    tokens: [...prompt],
    nPast: 0,
    sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 7, temperature: 0 }, 97),
    probs: null,
    speculative: { nMin: 0, nMax: 3, pMin: 0 },
    nRemain: nPredict,
  };
}

function sampled(sequence: Sequence): Sequence {
  return { ...sequence, sampler: createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 7 }, 97) };
}

async function step(decoder: Decoder, sequences: readonly Sequence[]): Promise<void> {
  const results = await decoder.step(sequences);
  for (const { sequence, sampled } of results) sequence.nRemain -= sampled.length;
}

async function generate(decoder: Decoder, sequence: Sequence): Promise<TokenId[]> {
  while (sequence.nRemain > 0) await step(decoder, [sequence]);
  return sequence.tokens;
}

function kinds(calls: readonly FakeCall[]): string[] {
  return calls.map(({ kind }) => kind);
}

function setUp(
  model: Model = FakeForwardPass,
  drafts: DraftSource | null = null,
  options = PAGES,
  ahead: AheadPolicy = ONE_STEP_AHEAD,
) {
  const target = new model(options);
  return { target, decoder: new Decoder(target, drafts, { nBatch: 16, ahead }) };
}

function withPolicy(policy: Partial<AheadPolicy>) {
  return setUp(FakeForwardPass, null, { ...PAGES, pageCells: 64 }, { ...ONE_STEP_AHEAD, ...policy });
}

/** Positions of the rows of each call. */
function positions(calls: readonly FakeCall[]): number[][] {
  return calls.map(call => ('rows' in call ? call.rows.map(({ position }) => position) : []));
}

describe('a greedy sequence', () => {
  it('submits the next step before the current one is read, whenever it has cells for it', async () => {
    const { target, decoder } = setUp();
    const tokens = await generate(decoder, sequenceIn(0, 24));
    expect(tokens).toEqual(await generate(setUp(StepwiseForwardPass).decoder, sequenceIn(0, 24)));
    // Forward calls: the prompt, and two steps that took a page each, the first one after the prompt and the one at position 16.
    expect(kinds(target.calls).filter(kind => kind === 'forward')).toHaveLength(3);
    // Each position is decoded once, none after the last.
    expect(target.calls).toHaveLength(24);
  });

  it('does not wait for a step before it submits the next one', async () => {
    const { target, decoder } = setUp();
    const sequence = sequenceIn(0);
    for (let i = 0; i < 3; i++) await step(decoder, [sequence]);
    const stepping = step(decoder, [sequence]);
    const position = sequence.nPast + 1;
    expect(target.calls.at(-1)).toMatchObject({ kind: 'ahead', rows: [{ position }] });
    await stepping;
    expect(sequence.nPast).toBe(position);
  });

  it.each([1, 2, 3, 4])('has %d steps submitted behind the one that is read', async depth => {
    const { target, decoder } = withPolicy({ depth: () => depth });
    const sequence = sequenceIn(0);
    for (let i = 0; i < 3; i++) await step(decoder, [sequence]);
    expect(positions(target.calls).flat().at(-1)).toBe(sequence.nPast + depth - 1);
    // Each position is decoded once, and none after the last.
    const [tokens] = [await generate(decoder, sequence)];
    expect(tokens).toEqual(await generate(setUp(StepwiseForwardPass).decoder, sequenceIn(0)));
    expect(target.calls).toHaveLength(40);
  });

  it('discards all steps behind one that cannot be taken', async () => {
    const { target, decoder } = withPolicy({ depth: () => 4 });
    const [a, b] = [sequenceIn(0), sequenceIn(1)];
    for (let i = 0; i < 4; i++) await step(decoder, [a]);
    const { nPast } = a;
    const nCalls = target.calls.length;
    await step(decoder, [a, b]);
    expect(positions(target.calls.slice(nCalls))[0]).toEqual([nPast, 0, 1, 2, 3, 4]);
    expect(a.tokens).toEqual(await generate(setUp(StepwiseForwardPass).decoder, sequenceIn(0, 5)));
  });

  it('does not submit ahead next to a sampled sequence', async () => {
    const { target, decoder } = setUp();
    const sequences = [sequenceIn(0), sampled(sequenceIn(1))];
    for (let i = 0; i < 8; i++) await step(decoder, sequences);
    expect(kinds(target.calls)).not.toContain('ahead');
    await step(decoder, sequences.slice(0, 1));
    expect(kinds(target.calls)).toContain('ahead');
  });

  it('does not submit ahead under a grammar or a thinking limit', async () => {
    const { target, decoder } = setUp();
    const { sampler, ...rest } = sequenceIn(0);
    const limited = {
      needs: sampler.needs,
      accept: (token: TokenId) => sampler.accept(token),
      sample: sampler.sample.bind(sampler),
      survivors: () => sampler.survivors(),
      countAllowed: () => 0,
    };
    const sequences = [{ ...rest, sampler: limited }, sequenceIn(1)];
    for (let i = 0; i < 8; i++) await step(decoder, sequences);
    expect(kinds(target.calls)).not.toContain('ahead');
  });

  it('continues when another sequence leaves, without decoding anything again', async () => {
    const { target, decoder } = setUp();
    const [a, b, c] = [sequenceIn(0), sequenceIn(1), sequenceIn(2)];
    for (let i = 0; i < 4; i++) await step(decoder, [a, b, c]);
    const nCalls = target.calls.length;
    await step(decoder, [c, a]);
    expect(target.calls.slice(nCalls).map(call => ('rows' in call ? call.rows : []))).toMatchObject([
      [
        { slot: 2, position: c.nPast },
        { slot: 0, position: a.nPast },
      ],
    ]);
    const alone = await generate(setUp(StepwiseForwardPass).decoder, sequenceIn(2, 5));
    expect(c.tokens).toEqual(alone);
  });

  it('fails like any step, and then is unchanged', async () => {
    const { target, decoder } = setUp();
    const sequence = sequenceIn(0, 20);
    for (let i = 0; i < 3; i++) await step(decoder, [sequence]);
    target.failNext(new Error('lost'));
    const before = [...sequence.tokens];
    // The step submitted now fails; the one being read was submitted before.
    await step(decoder, [sequence]);
    expect(sequence.tokens.slice(0, -1)).toEqual(before);
    await expect(step(decoder, [sequence])).rejects.toThrow('lost');
    expect(sequence.tokens.slice(0, -1)).toEqual(before);
    const expected = await generate(setUp(StepwiseForwardPass).decoder, sequenceIn(0, 20));
    expect(await generate(decoder, sequence)).toEqual(expected);
  });
});

describe('a sampled sequence', () => {
  const guessing = (asked: Sequence[][] = []) =>
    withPolicy({
      guesses: sequences => {
        asked.push([...sequences]);
        return true;
      },
    });

  it('continues with the step for its likeliest token if it chooses that token, and repeats the step if not', async () => {
    const { target, decoder } = guessing();
    const tokens = await generate(decoder, sampled(sequenceIn(0)));
    expect(tokens).toEqual(await generate(setUp(StepwiseForwardPass).decoder, sampled(sequenceIn(0))));
    const ahead = target.calls.filter(call => call.kind === 'ahead');
    const again = positions(target.calls.filter(call => call.kind === 'forward'))
      .slice(2)
      .flat();
    // Every step behind the first two was guessed, and those that were wrong were repeated.
    expect(positions(ahead).flat()).toEqual(Array.from({ length: 38 }, (_, i) => 6 + i));
    expect(again.length).toBeGreaterThan(5);
    expect(again.length).toBeLessThan(30);
    const unlikely = ahead.flatMap(({ rows: [{ token, position }] }) =>
      token === tokens[position] ? [] : position,
    );
    expect(again).toEqual(unlikely);
  });

  it('continues only if a greedy one beside it does, and the other way round', async () => {
    const asked: Sequence[][] = [];
    const { target, decoder } = guessing(asked);
    const sequences = [sequenceIn(0), sampled(sequenceIn(1))];
    for (let i = 0; i < 20; i++) await step(decoder, sequences);
    const { decoder: stepwise } = setUp(StepwiseForwardPass);
    const alone = [sequenceIn(0), sampled(sequenceIn(1))];
    for (let i = 0; i < 20; i++) await step(stepwise, alone);
    expect(sequences.map(({ tokens }) => tokens)).toEqual(alone.map(({ tokens }) => tokens));
    expect(target.calls.filter(call => call.kind === 'ahead')).toHaveLength(asked.length);
    expect(asked[0]).toEqual(sequences);
    expect(kinds(target.calls).filter(kind => kind === 'forward').length).toBeGreaterThan(4);
  });

  it('tells the policy how often it chooses the likeliest token', async () => {
    const chosen: boolean[] = [];
    const { decoder } = withPolicy({ chose: (_, isLikeliest) => chosen.push(isLikeliest) });
    const tokens = await generate(decoder, sampled(sequenceIn(0)));
    const { target } = setUp();
    const rows = tokens
      .slice(0, -1)
      .map((token, position) => ({ token, position, slot: 0, output: position >= 5 }));
    const expected: boolean[] = [];
    for (const row of rows) {
      for (const { ids } of await target.forward([row], 'argmax'))
        expected.push(ids[0] === tokens[row.position + 1]);
    }
    expect(chosen).toEqual(expected);
  });
});

describe('drafts', () => {
  it('that may come at any step leave no step to submit ahead', async () => {
    const draft = new FakeForwardPass({ disagreement: 0.5 });
    const { target, decoder } = setUp(FakeForwardPass, new DraftModel(draft));
    await generate(decoder, sequenceIn(0));
    expect(kinds(target.calls)).not.toContain('ahead');
  });

  it('may set in and cease', async () => {
    const draft = new DraftModel(new FakeForwardPass({ disagreement: 0.2 }));
    let nSteps = 0;
    const passes = () => nSteps % 8 > 2;
    const source: DraftSource = {
      longest: sequence => draft.longest(sequence),
      drafterOf: () => draft.drafterOf(),
      draft: async requests => (passes() ? requests.map(() => []) : draft.draft(requests)),
      passes: () => (nSteps + 1) % 8 > 2,
      follow: sequences => draft.follow(sequences),
      stepped: () => {
        nSteps++;
      },
      shift: () => {},
      copy: () => {},
    };
    const { target, decoder } = setUp(FakeForwardPass, source);
    const tokens = await generate(decoder, sequenceIn(0));
    expect(tokens).toEqual(await generate(setUp(StepwiseForwardPass).decoder, sequenceIn(0)));
    expect(target.calls.some(call => call.kind === 'ahead')).toBe(true);
    expect(target.calls.some(call => 'rows' in call && call.rows.length === 4)).toBe(true);
  });

  it('of the length that pays leave the steps to submit ahead that have none', async () => {
    const draftModel = new FakeForwardPass({ seed: 99 });
    const target = new FakeForwardPass(PAGES);
    const computed = () => target.calls.length + 3 * draftModel.calls.length;
    const drafts = new AdaptiveDrafts(new DraftModel(draftModel));
    const decoder = new Decoder(target, drafts, { nBatch: 16, now: computed });
    const tokens = await generate(decoder, sequenceIn(0, 100));
    const stepwise = setUp(StepwiseForwardPass);
    expect(tokens).toEqual(await generate(stepwise.decoder, sequenceIn(0, 100)));
    expect(kinds(target.calls).filter(kind => kind === 'ahead').length).toBeGreaterThan(80);
    expect(draftModel.calls.length).toBeGreaterThan(0);
  });
});

/** Deterministic noise in [0, 1). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Runs random server operations between steps, and logs everything observable. */
async function live(model: Model, seed: number) {
  const random = randoms(seed);
  const below = (n: number) => Math.floor(random() * n);
  const nCtx = 64;
  const options = { ...PAGES, nCtx, nSlots: 3, nCells: 144 };
  const ahead = { ...ONE_STEP_AHEAD, depth: () => 1 + (seed % 4), guesses: () => seed % 3 > 0 };
  const { target, decoder } = setUp(model, null, options, ahead);
  const running: (Sequence | null)[] = [null, null, null];
  /** Tokens that each idle slot holds. */
  const held: TokenId[][] = [[], [], []];
  let saved: { readonly tokens: TokenId[]; readonly bytes: Uint8Array } | null = null;
  const log: unknown[] = [];
  const end = (slot: number) => {
    const sequence = running[slot];
    if (sequence === null) return;
    held[slot] = sequence.tokens.slice(0, sequence.nPast);
    running[slot] = null;
  };
  const giveUp = () => {
    const slot = running.findIndex((sequence, i) => sequence === null && held[i].length > 0);
    if (slot < 0) return false;
    held[slot] = [];
    decoder.truncate(slot, 0);
    return true;
  };

  for (let i = 0; i < 120; i++) {
    const slot = below(3);
    const sequence = running[slot];
    const event = random();
    if (sequence === null && event < 0.5) {
      const nKept = below(held[slot].length + 1);
      const prompt = [
        ...held[slot].slice(0, nKept),
        ...Array.from({ length: 1 + below(8) }, () => below(97)),
      ];
      const started = { ...sequenceIn(slot, 1 + below(40), prompt), nPast: nKept };
      running[slot] = random() < 0.2 ? sampled(started) : started;
      decoder.truncate(slot, nKept);
    } else if (sequence === null && saved !== null && event < 0.7) {
      try {
        target.writeCache(slot, saved.tokens.length, saved.bytes);
        held[slot] = [...saved.tokens];
      } catch (error) {
        held[slot] = [];
        log.push(String(error));
      }
    } else if (sequence !== null && event < 0.1) {
      end(slot);
    } else if (sequence !== null && event < 0.2) {
      saved = {
        tokens: sequence.tokens.slice(0, sequence.nPast),
        bytes: await target.readCache(slot, sequence.nPast),
      };
      log.push([...saved.bytes]);
    } else if (sequence !== null && event < 0.3 && running.includes(null)) {
      const other = running.indexOf(null);
      const copy = sequenceIn(other, 1 + below(20), sequence.tokens.slice(0, sequence.nPast + 1));
      decoder.fork(sequence, copy);
      running[other] = copy;
    }
    for (const [idle, tokens] of held.entries())
      if (running[idle] === null) decoder.truncate(idle, tokens.length);
    const batch = running.filter(busy => busy !== null);
    if (batch.length === 0) continue;
    try {
      for (const busy of running) {
        const isDone = busy !== null && busy.tokens.length === busy.nPast + 1;
        if (isDone && (busy.tokens.length >= nCtx || (busy.nPast > 30 && random() < 0.1)))
          decoder.shift(busy, 4, below(20) + 1);
      }
      const results = await decoder.step(batch, giveUp);
      log.push(results.map(({ sequence: { slot, nPast }, ...result }) => ({ slot, nPast, ...result })));
      for (const { sequence, sampled } of results) {
        sequence.nRemain -= sampled.length;
        // Ended by its text or by its length.
        if (sequence.nRemain <= 0 || sampled.at(-1)?.token === 11) end(sequence.slot);
      }
    } catch (error) {
      log.push(String(error));
      for (const { slot } of batch) {
        end(slot);
        held[slot] = [];
        decoder.truncate(slot, 0);
      }
    }
    log.push(target.nUsed);
  }
  return { log, nAhead: kinds(target.calls).filter(kind => kind === 'ahead').length };
}

describe('a server', () => {
  it('has the same results and takes the same cells with and without submitting ahead, for any operations between steps', async () => {
    let nAhead = 0;
    for (let seed = 1; seed <= 24; seed++) {
      const [ahead, stepwise] = await Promise.all(BOTH.map(model => live(model, seed)));
      expect(ahead.log, `seed ${seed}`).toEqual(stepwise.log);
      nAhead += ahead.nAhead;
    }
    expect(nAhead).toBeGreaterThan(400);
  }, 30_000);
});
