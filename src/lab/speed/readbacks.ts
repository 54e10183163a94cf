import type { Gpu } from '../../gpu/device.ts';
import { readMapped } from '../../gpu/readback.ts';
import { type Measurement, measured } from '../../report/index.ts';

/** Number of samples, which are cheap and vary a lot. */
const READBACKS = 20;
const BYTES = 16;
/** Interval of empty submits. */
const KICK_MS = 1;

/**
 * Times readbacks, each from an almost empty submit until its result is read. `kicking` submits nothing every millisecond
 * meanwhile: some browsers notice finished work only then, or when a timer ticks.
 */
export async function timeReadbacks(gpu: Gpu, how: 'waiting' | 'kicking'): Promise<Measurement> {
  const { queue } = gpu.device;
  const { COPY_DST, MAP_READ, COPY_SRC } = GPUBufferUsage;
  const source = gpu.createBuffer('readback', BYTES, COPY_SRC);
  const staging = gpu.createBuffer('readback, staging', BYTES, COPY_DST | MAP_READ);
  const samples: number[] = [];
  for (let i = 0; i <= READBACKS; i++) {
    const begin = performance.now();
    const encoder = gpu.device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, 0, staging, 0, BYTES);
    queue.submit([encoder.finish()]);
    const kicks = how === 'kicking' ? setInterval(() => queue.submit([]), KICK_MS) : undefined;
    try {
      await readMapped(gpu, staging, BYTES, () => {});
    } finally {
      clearInterval(kicks);
    }
    const ms = performance.now() - begin;
    // The first sample warms up. A coarse clock may measure zero.
    if (i > 0) samples.push(Math.max(ms, 1e-3));
  }
  return measured(samples);
}
