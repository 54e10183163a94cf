import type { Gpu } from '../../gpu/device.ts';
import { KICK_MS, measureLatency } from '../../gpu/latency.ts';
import { type Measurement, measured } from '../../report/index.ts';

/** Number of samples, which are cheap and vary a lot. */
const READBACKS = 20;

/** Times readbacks, each from an almost empty submit until its result is read; `kicking` with empty submits meanwhile. */
export async function timeReadbacks(gpu: Gpu, how: 'waiting' | 'kicking'): Promise<Measurement> {
  const samples = await measureLatency(gpu, {
    kickMs: how === 'kicking' ? KICK_MS : null,
    samples: READBACKS,
  });
  // A coarse clock may measure zero.
  return measured(samples.map(ms => Math.max(ms, 1e-3)));
}
