import type { Gpu } from '../../gpu/device.ts';
import { type Dispatch, record } from '../../gpu/dispatch.ts';
import { readMapped } from '../../gpu/readback.ts';
import type { Provenance } from '../../report/index.ts';

/** Shortest sample: faster work is repeated within one pass. Timestamps may be rounded to 0.1 ms. */
const SAMPLE_MS = 20;
/** Shortest sample in units of the latency of an empty submit, which is a tenth of a second in Firefox. */
const SAMPLE_SILENCES = 5;
const MOST_REPEATS = 2000;
const STAMPS_BYTES = 16;

/** Milliseconds of `times` rounds of dispatches in one pass. */
export type Stopwatch = (dispatches: readonly Dispatch[], times: number) => Promise<number>;

/** Creates a stopwatch for a clock; `timestamp-query` needs a device with the feature. */
export function stopwatch(gpu: Gpu, clock: Provenance['clock']): Stopwatch {
  return clock === 'wall' ? wallClock(gpu) : timestamps(gpu);
}

function wallClock({ device }: Gpu): Stopwatch {
  return async (dispatches, times) => {
    const begin = performance.now();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < times; i++) record(pass, dispatches);
    pass.end();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - begin;
  };
}

function timestamps(gpu: Gpu): Stopwatch {
  const { device } = gpu;
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const resolved = gpu.createBuffer('timestamps', STAMPS_BYTES, QUERY_RESOLVE | COPY_SRC);
  const staging = gpu.createBuffer('timestamps, staging', STAMPS_BYTES, MAP_READ | COPY_DST);
  return async (dispatches, times) => {
    const encoder = device.createCommandEncoder();
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass({ timestampWrites });
    for (let i = 0; i < times; i++) record(pass, dispatches);
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, STAMPS_BYTES);
    device.queue.submit([encoder.finish()]);
    return readMapped(gpu, staging, STAMPS_BYTES, mapped => {
      const [begin, end] = new BigInt64Array(mapped);
      return Number(end - begin) / 1e6;
    });
  };
}

/** Samples the milliseconds of one round of `dispatches`, `repetitions` times, after warm-up rounds. */
export async function sampleTimes(
  watch: Stopwatch,
  dispatches: readonly Dispatch[],
  repetitions: number,
): Promise<number[]> {
  const [samples] = await sampleAlternately(watch, [dispatches], repetitions);
  return samples;
}

/** Samples several works like `sampleTimes`, in turn, so that a change of the machine's speed affects all of them. */
export async function sampleAlternately(
  watch: Stopwatch,
  works: readonly (readonly Dispatch[])[],
  repetitions: number,
): Promise<number[][]> {
  const times: number[] = [];
  for (const work of works) times.push(await enoughRounds(watch, work));
  const samples = works.map((): number[] => []);
  for (let i = 0; i < repetitions; i++) {
    for (const [at, work] of works.entries()) {
      const ms = (await watch(work, times[at])) / times[at];
      samples[at].push(Math.max(ms, Number.MIN_VALUE));
    }
  }
  return samples;
}

/** Warms up, and finds the number of rounds that makes a sample long enough. */
async function enoughRounds(watch: Stopwatch, dispatches: readonly Dispatch[]): Promise<number> {
  await watch(dispatches, 1);
  const sampleMs = Math.max(SAMPLE_MS, SAMPLE_SILENCES * (await watch([], 1)));
  let times = 1;
  let once = await watch(dispatches, 1);
  // A single short round is too imprecise to compute the number of repetitions from it.
  while (once * times < sampleMs && times < MOST_REPEATS) {
    times = Math.min(MOST_REPEATS, Math.max(2 * times, Math.ceil(sampleMs / Math.max(once, 1e-3) / 2)));
    once = (await watch(dispatches, times)) / times;
  }
  return times;
}
