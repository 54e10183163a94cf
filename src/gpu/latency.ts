import type { Gpu } from './device.ts';
import { readMapped } from './readback.ts';

/** Interval of empty submits that is tried, in milliseconds. */
export const KICK_MS = 1;
/** Limits of a measurement that chooses. A browser with a slow timer takes a tenth of a second for a sample. */
const SAMPLES = 9;
const BUDGET_MS = 60;
/** Share of the latency, and milliseconds, that empty submits have to save. */
const KICK_SHARE = 0.7;
const KICK_SAVES_MS = 0.3;
/** Results of the smallest step: a token. */
const BYTES = 16;

export interface LatencyOptions {
  /** Milliseconds between empty submits while waiting; null for none. */
  readonly kickMs: number | null;
  readonly samples: number;
  /** Ends the measurement early, but not before the first sample. */
  readonly budgetMs?: number;
}

/**
 * Measures the milliseconds from a submit of almost no work until its results are read, several times and one after the other,
 * once everything submitted earlier is done. Nothing else may be read on the device meanwhile.
 */
export async function measureLatency(gpu: Gpu, options: LatencyOptions): Promise<number[]> {
  const { kickMs, samples, budgetMs = Number.POSITIVE_INFINITY } = options;
  const { COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const source = gpu.createBuffer('latency', BYTES, COPY_SRC);
  const staging = gpu.createBuffer('latency, staging', BYTES, COPY_DST | MAP_READ);
  const everyMs = gpu.kicks.everyMs;
  gpu.kicks.everyMs = kickMs;
  const sample = async () => {
    const submittedAt = performance.now();
    const encoder = gpu.device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, 0, staging, 0, BYTES);
    gpu.device.queue.submit([encoder.finish()]);
    await readMapped(gpu, staging, BYTES, () => {});
    return performance.now() - submittedAt;
  };
  try {
    await sample();
    const begin = performance.now();
    const found = [await sample()];
    while (found.length < samples && performance.now() - begin < budgetMs) found.push(await sample());
    return found;
  } finally {
    gpu.kicks.everyMs = everyMs;
    gpu.destroyBuffer(source);
    gpu.destroyBuffer(staging);
  }
}

/** Turns empty submits on if they shorten the wait for results. Returns the latency in milliseconds. */
export async function chooseKicks(gpu: Gpu): Promise<number> {
  const limits = { samples: SAMPLES, budgetMs: BUDGET_MS };
  const without = median(await measureLatency(gpu, { ...limits, kickMs: null }));
  const kicked = median(await measureLatency(gpu, { ...limits, kickMs: KICK_MS }));
  const isBetter = kicked < KICK_SHARE * without && kicked < without - KICK_SAVES_MS;
  gpu.kicks.everyMs = isBetter ? KICK_MS : null;
  return isBetter ? kicked : without;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
