import { describe, expect, it } from 'vitest';
import type { Knob } from '../../gpu/knobs.ts';
import { GPU_TUNING, SOFTWARE_TUNING, type Tuning } from '../../gpu/tuning.ts';
import { autotune, type PrepareRun } from './autotune.ts';

const TILES: Knob = {
  name: 'maxTile',
  alternatives: [{ maxTile: 4 }, { maxTile: 8 }],
  rows: [16],
};
const WORKGROUPS: Knob = {
  name: 'mulMatWorkgroup',
  alternatives: [{ mulMatWorkgroup: 16 }, { mulMatWorkgroup: 64 }],
  rows: [1, 16],
};
const START: Tuning = { ...GPU_TUNING, maxTile: 16 };
const NEVER = new AbortController().signal;

/** Adapter on which products take `msOf` milliseconds; it records the requests. */
function adapter(msOf: (tuning: Tuning, rows: number) => number) {
  const asked: { tuning: Tuning; knob: string; rows: number }[] = [];
  const samples: number[] = [];
  const prepare: PrepareRun = async (tuning, knob, rows) => {
    asked.push({ tuning, knob, rows });
    return async times => {
      samples.push(rows);
      return times * msOf(tuning, rows);
    };
  };
  return { asked, samples, prepare };
}

describe('the autotuner', () => {
  it('takes the fastest alternative', async () => {
    const ms = { 4: 0.7, 8: 0.5, 16: 1 };
    const { prepare } = adapter(({ maxTile }) => ms[maxTile as 4 | 8 | 16]);
    expect(await autotune(START, [TILES], prepare, NEVER)).toEqual({
      choices: { maxTile: 8 },
      trials: [
        { choices: { maxTile: 4 }, ratio: 0.7 },
        { choices: { maxTile: 8 }, ratio: 0.5 },
      ],
    });
  });

  it('ignores differences that may be noise', async () => {
    const { prepare } = adapter(({ maxTile }) => (maxTile === 16 ? 1 : 0.91));
    const { choices } = await autotune(START, [TILES], prepare, NEVER);
    expect(choices).toEqual({});
  });

  it('is not misled by one round in which something else ran', async () => {
    let nSamples = 0;
    const { prepare } = adapter(({ maxTile }) => {
      nSamples += 1;
      return maxTile === 16 && nSamples === 9 ? 50 : 10;
    });
    const { choices } = await autotune(START, [TILES], prepare, NEVER);
    expect(choices).toEqual({});
  });

  it('tries a knob on top of the earlier choices, with the batches and kernels that it affects', async () => {
    const { prepare, asked } = adapter(({ maxTile, mulMatWorkgroup }, rows) =>
      maxTile === 8 && mulMatWorkgroup === 16 && rows === 1 ? 3 : maxTile === 8 ? 5 : 10,
    );
    const { choices } = await autotune(START, [TILES, WORKGROUPS], prepare, NEVER);
    expect(choices).toEqual({ maxTile: 8, mulMatWorkgroup: 16 });
    const second = asked.filter(({ knob }) => knob === 'mulMatWorkgroup');
    expect(second.map(({ tuning, rows }) => [tuning.maxTile, tuning.mulMatWorkgroup, rows])).toEqual(
      [64, 16, 64].flatMap(size => [1, 16].map(rows => [8, size, rows])),
    );
  });

  it('repeats products that are too fast to time', async () => {
    const times: number[] = [];
    const prepare: PrepareRun = async () => async n => {
      times.push(n);
      return n / 4;
    };
    await autotune(START, [TILES], prepare, NEVER);
    expect(times.slice(0, 7)).toEqual([1, 1, 2, 4, 8, 16, 32]);
    expect(new Set(times.slice(7))).toEqual(new Set([32]));
  });

  it('skips alternatives that the adapter does not compile', async () => {
    const { prepare } = adapter(({ maxTile }) => maxTile);
    const choosy: PrepareRun = async (tuning, ...rest) =>
      tuning.maxTile === 4 ? null : prepare(tuning, ...rest);
    expect(await autotune(START, [TILES], choosy, NEVER)).toMatchObject({
      choices: { maxTile: 8 },
      trials: [{ choices: { maxTile: 8 } }],
    });
    expect(await autotune(START, [TILES], async () => null, NEVER)).toEqual({ choices: {}, trials: [] });
  });
});

describe('the time budget', () => {
  it('ends the search between two samples, and undecided knobs stay unchanged', async () => {
    const budget = new AbortController();
    const { prepare, samples } = adapter(({ maxTile, mulMatWorkgroup }) => {
      // In the third round of the second knob.
      if (samples.length === 35) budget.abort();
      return maxTile === 4 || mulMatWorkgroup === 16 ? 10 : 20;
    });
    const { choices, trials } = await autotune(START, [TILES, WORKGROUPS], prepare, budget.signal);
    expect(choices).toEqual({ maxTile: 4 });
    expect(trials).toHaveLength(2);
    expect(samples).toHaveLength(35);
  });

  const never = () => new Promise<never>(() => {});
  for (const [what, prepare] of [
    ['a compiler', never],
    ['a run', async () => never],
  ] as const) {
    it(`does not wait for ${what}`, async () => {
      const budget = new AbortController();
      const tuned = autotune(SOFTWARE_TUNING, [WORKGROUPS], prepare, budget.signal);
      setTimeout(() => budget.abort());
      expect(await tuned).toEqual({ choices: {}, trials: [] });
    });
  }

  it('starts nothing if it is zero', async () => {
    const { prepare, asked } = adapter(() => 1);
    await autotune(START, [TILES], prepare, AbortSignal.abort());
    expect(asked).toEqual([]);
  });
});
