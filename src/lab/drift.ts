import type { Provenance } from '../report/index.ts';
import type { Bench } from './bench.ts';
import { failureOf } from './failure.ts';
import { fmaWork } from './speed/ownLimits.ts';
import { stopwatch } from './speed/stopwatch.ts';

/** Long enough for a clock of 0.1 ms. */
const WARM_UP_ROUNDS = 3;
const SAMPLES = 5;

/** Milliseconds of some fixed work, the best of a few: what else a machine does is not to be taken for heat. */
export async function fixedWorkMs(bench: Bench): Promise<number> {
  const gpu = await bench.own();
  try {
    const { dispatches } = await fmaWork(gpu);
    const watch = stopwatch(gpu, 'wall');
    for (let i = 0; i < WARM_UP_ROUNDS; i++) await watch(dispatches, 1);
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < SAMPLES; i++) best = Math.min(best, await watch(dispatches, 4));
    return best;
  } finally {
    bench.release(gpu);
  }
}

/** Compares fixed work at the end of a run with what it took at its beginning. */
export async function thermalDrift(bench: Bench, firstMs: number): Promise<Provenance['thermalDrift']> {
  try {
    const lastMs = await fixedWorkMs(bench);
    return { status: 'success', firstMs, lastMs, drift: lastMs / firstMs - 1 };
  } catch (error) {
    return failureOf(error);
  }
}
