import type { Provenance } from '../../report/index.ts';
import type { Bench } from '../bench.ts';
import { fmaWork } from './fma.ts';
import { stopwatch } from './stopwatch.ts';

/** Plausible range of timestamps, as shares of the wall time. */
const LEAST_SHARE = 0.3;
const MOST_SHARE = 1.1;
const ROUNDS = 4;

/** Uses timestamp queries if the adapter has them and they agree with the wall clock; otherwise the wall clock. */
export async function chooseClock(bench: Bench): Promise<Provenance['clock']> {
  const gpu = await bench.own({ feature: 'timestamp-query' });
  try {
    if (!gpu.device.features.has('timestamp-query')) return 'wall';
    const { dispatches } = await fmaWork(gpu);
    const [stamps, wall] = [stopwatch(gpu, 'timestamp-query'), stopwatch(gpu, 'wall')];
    await wall(dispatches, ROUNDS);
    const wallMs = await wall(dispatches, ROUNDS);
    const share = (await stamps(dispatches, ROUNDS)) / wallMs;
    return share >= LEAST_SHARE && share <= MOST_SHARE ? 'timestamp-query' : 'wall';
  } catch {
    return 'wall';
  } finally {
    bench.release(gpu);
  }
}
