import type { Choices, Knob } from '../../gpu/knobs.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import { assert } from '../../util/assert.ts';

/** Runs products so many times in one submit; resolves to the milliseconds of all of them. */
export type TimedRun = (times: number) => Promise<number>;

/**
 * Compiles the products that a knob changes for a batch of so many rows, and runs nothing yet. Null where there are none, or
 * where this adapter does not compile them.
 */
export type PrepareRun = (tuning: Tuning, knob: keyof Choices, rows: number) => Promise<TimedRun | null>;

/** An alternative that was timed. */
export interface TunedTrial {
  readonly choices: Choices;
  /** Its time over that of the choice it would replace. */
  readonly ratio: number;
}

export interface Autotuned {
  /** What differs from the tuning that it began with. */
  readonly choices: Choices;
  readonly trials: readonly TunedTrial[];
}

/** Share of time that an alternative has to save: less may be noise. */
const MARGIN = 0.1;
/** A sample lasts so long at least, since a submit takes a millisecond or two by itself. */
const SAMPLE_MS = 8;
const MAX_TIMES = 256;
const ROUNDS = 5;

/**
 * Tries the knobs one after the other, each on top of those before, and takes what is faster by more than noise. Resolves when
 * `signal` aborts at the latest: from then on nothing is begun any more, and what was not yet decided stays as it is.
 */
export async function autotune(
  tuning: Tuning,
  knobs: readonly Knob[],
  prepare: PrepareRun,
  signal: AbortSignal,
): Promise<Autotuned> {
  let choices: Choices = {};
  const trials: TunedTrial[] = [];
  // Nobody can tell how long a compiler takes, and some drivers compile when a kernel runs for the first time.
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

/** `prepare`, but it and its runs fail instead of beginning once `signal` has aborted. */
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

/** What a knob is at before it is tried. */
const CURRENT: Choices = {};

/** One tuning, compiled for the batches that a knob is judged by. */
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
  // One after the other: what is under way when time is up makes the rest of the load wait.
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

/** How often products have to run for a sample to be long enough. */
async function enoughTimes(run: TimedRun): Promise<number> {
  // The first run is no measure: drivers put work off until then.
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

/** What `work` resolves to, or null if `signal` aborts first; what is begun then goes on by itself. */
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
