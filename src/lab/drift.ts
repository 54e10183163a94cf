import type { Provenance } from '../report/index.ts';
import type { Bench } from './bench.ts';
import { failureOf } from './failure.ts';
import { fmaWork } from './speed/fma.ts';
import { stopwatch } from './speed/stopwatch.ts';

/** Duration of the fixed work at the beginning: far more than the resolution of a clock. */
const WORK_MS = 60;
const SAMPLES = 5;

/** Fixed work for both ends of a run, and the milliseconds that it took. */
export interface FixedWork {
  readonly times: number;
  readonly ms: number;
}

/** Runs fixed work, `times` repetitions if given, otherwise as many as take `WORK_MS`. */
export async function doFixedWork(bench: Bench, times?: number): Promise<FixedWork> {
  const gpu = await bench.own();
  try {
    const { dispatches } = await fmaWork(gpu);
    const watch = stopwatch(gpu, 'wall');
    await watch(dispatches, 1);
    const rounds =
      times ?? Math.max(1, Math.round((WORK_MS * 4) / Math.max(0.1, await watch(dispatches, 4))));
    // Take the best of a few samples, so that other load is not mistaken for heat.
    let ms = Number.POSITIVE_INFINITY;
    for (let i = 0; i < SAMPLES; i++) ms = Math.min(ms, await watch(dispatches, rounds));
    return { times: rounds, ms };
  } finally {
    bench.release(gpu);
  }
}

/** Compares fixed work at the end of a run with its time at the beginning. */
export async function thermalDrift(bench: Bench, first: FixedWork): Promise<Provenance['thermalDrift']> {
  try {
    const { ms: lastMs } = await doFixedWork(bench, first.times);
    return { status: 'success', firstMs: first.ms, lastMs, drift: lastMs / first.ms - 1 };
  } catch (error) {
    return failureOf(error);
  }
}
