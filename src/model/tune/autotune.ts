import type { Choices, Knob } from '../../gpu/knobs.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import { assert } from '../../util/assert.ts';

/** Runs products `times` times in one submit; resolves to the total milliseconds. */
export type TimedRun = (times: number) => Promise<number>;

/**
 * Compiles the products that a knob affects for a batch of `rows` rows, without running them. Resolves to null if there are none,
 * or if this adapter does not compile them.
 */
export type PrepareRun = (tuning: Tuning, knob: keyof Choices, rows: number) => Promise<TimedRun | null>;

/** Alternative that was timed. */
export interface TunedTrial {
  readonly choices: Choices;
  /** Time relative to that of the choice it would replace. */
  readonly ratio: number;
}

export interface Autotuned {
  /** Differences from the initial tuning. */
  readonly choices: Choices;
  readonly trials: readonly TunedTrial[];
}

/** Share of time that an alternative has to save; less may be noise. */
const MARGIN = 0.1;
/** Minimum duration of a sample, since the overhead of a submit is a millisecond or two. */
const SAMPLE_MS = 8;
const MAX_TIMES = 256;
const ROUNDS = 5;

/**
 * Tries the knobs one after the other, each on top of the earlier choices, and keeps an alternative that is faster by more than
 * noise. Resolves at the latest when `signal` aborts: nothing new is started then, and undecided knobs stay unchanged.
 */
export async function autotune(
  tuning: Tuning,
  knobs: readonly Knob[],
  prepare: PrepareRun,
  signal: AbortSignal,
): Promise<Autotuned> {
  let choices: Choices = {};
  const trials: TunedTrial[] = [];
  // Do not wait beyond the budget: compile times are unbounded, and some drivers compile when a kernel first runs.
  await unlessAborted(signal, async () => {
    for (const knob of knobs) {
      const tried = await tryKnob({ ...tuning, ...choices }, knob, untilAborted(prepare, signal));
      trials.push(...tried);
      const [best] = tried.toSorted((a, b) => a.ratio - b.ratio);
      if (best && best.ratio < 1 - MARGIN) choices = { ...choices, ...best.choices };
    }
  });
  return { choices, trials: [...trials] };
}

/** Like `prepare`, but it and its runs fail instead of starting once `signal` has aborted. */
function untilAborted(prepare: PrepareRun, signal: AbortSignal): PrepareRun {
  return async (...products) => {
    signal.throwIfAborted();
    const run = await prepare(...products);
    return (
      run &&
      (async times => {
        signal.throwIfAborted();
        return run(times);
      })
    );
  };
}

/** Current choice of a knob, before it is tried. */
const CURRENT: Choices = {};

/** Tuning that is compiled for the batches by which a knob is judged. */
interface Contender {
  readonly choices: Choices;
  readonly runs: readonly TimedRun[];
}

async function tryKnob(
  tuning: Tuning,
  { name, alternatives, rows }: Knob,
  prepare: PrepareRun,
): Promise<TunedTrial[]> {
  if (alternatives.length === 0) return [];
  const contenders: Contender[] = [];
  // Compile one after the other: whatever is still compiling when time is up delays the rest of the load.
  for (const choices of [CURRENT, ...alternatives]) {
    const runs = await Promise.all(rows.map(n => prepare({ ...tuning, ...choices }, name, n)));
    if (runs.every(run => run !== null)) contenders.push({ choices, runs });
  }
  const [current, ...challengers] = contenders;
  if (current?.choices !== CURRENT || challengers.length === 0) return [];

  const times: number[] = [];
  for (const run of current.runs) times.push(await enoughTimes(run));
  const ratios: number[][] = challengers.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    const reference = await sample(current, times);
    for (const [i, challenger] of challengers.entries()) {
      const ms = await sample(challenger, times);
      ratios[i].push(mean(ms.map((value, batch) => value / reference[batch])));
    }
  }
  return challengers.map(({ choices }, i) => ({ choices, ratio: median(ratios[i]) }));
}

/** Number of repetitions that makes a sample long enough. */
async function enoughTimes(run: TimedRun): Promise<number> {
  // The first run is no measure: drivers defer work until then.
  await run(1);
  let times = 1;
  while (times < MAX_TIMES && (await run(times)) < SAMPLE_MS) times *= 2;
  return times;
}

async function sample({ runs }: Contender, times: readonly number[]): Promise<number[]> {
  const ms: number[] = [];
  for (const [i, run] of runs.entries()) ms.push(await run(times[i]));
  return ms;
}

/** Resolves like `work`, or to null if `signal` aborts first; started work then continues unobserved. */
async function unlessAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
  if (signal.aborted) return null;
  const done = new AbortController();
  const aborted = new Promise<null>(resolve => {
    signal.addEventListener('abort', () => resolve(null), { signal: done.signal });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    // Removes the listener.
    done.abort();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  assert(values.length > 0, 'no values');
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
