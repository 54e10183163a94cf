import type { Provenance } from '../report/index.ts';
import type { Bench } from './bench.ts';
import { failureOf } from './failure.ts';
import { fmaWork } from './speed/ownLimits.ts';
import { stopwatch } from './speed/stopwatch.ts';

/** What fixed work is to take at the beginning: far more than a clock rounds to. */
const WORK_MS = 60;
const SAMPLES = 5;

/** Some work that is the same at both ends of a run, and the milliseconds it took. */
export interface FixedWork {
  readonly times: number;
  readonly ms: number;
}

/** Does as much work as takes a while, or the same `times` as before. */
export async function doFixedWork(bench: Bench, times?: number): Promise<FixedWork> {
  const gpu = await bench.own();
  try {
    const { dispatches } = await fmaWork(gpu);
    const watch = stopwatch(gpu, 'wall');
    await watch(dispatches, 1);
    const rounds =
      times ?? Math.max(1, Math.round((WORK_MS * 4) / Math.max(0.1, await watch(dispatches, 4))));
    // The best of a few: what else a machine does is not to be taken for heat.
    let ms = Number.POSITIVE_INFINITY;
    for (let i = 0; i < SAMPLES; i++) ms = Math.min(ms, await watch(dispatches, rounds));
    return { times: rounds, ms };
  } finally {
    bench.release(gpu);
  }
}

/** Compares fixed work at the end of a run with what it took at its beginning. */
export async function thermalDrift(bench: Bench, first: FixedWork): Promise<Provenance['thermalDrift']> {
  try {
    const { ms: lastMs } = await doFixedWork(bench, first.times);
    return { status: 'success', firstMs: first.ms, lastMs, drift: lastMs / first.ms - 1 };
  } catch (error) {
    return failureOf(error);
  }
}
