import type { Gpu } from '../../gpu/device.ts';
import { readMapped } from '../../gpu/readback.ts';
import { ForetokenError } from '../../util/errors.ts';

/** Bytes to read, put together from pieces of a buffer, and their place in the result. */
export interface ReadStretch {
  readonly label: string;
  readonly size: number;
  readonly at: number;
  readonly pieces: readonly {
    readonly buffer: GPUBuffer;
    readonly from: number;
    readonly to: number;
    readonly size: number;
  }[];
}

/**
 * Reads stretches into `all`, as they are after all earlier and before all later work of the queue. Throws `out_of_memory` if the GPU
 * has no memory for the copy; `what` names it.
 */
export async function readStretches(
  gpu: Gpu,
  what: string,
  stretches: readonly ReadStretch[],
  all: Uint8Array,
): Promise<void> {
  const { device } = gpu;
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  // Copy everything in one submit, because the slot may change afterwards. Out of memory fails only this copy.
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const encoder = device.createCommandEncoder();
  // One buffer per stretch: a single buffer for all could exceed the device's limit.
  const copies = stretches.map(({ label, size, at, pieces }) => {
    const copy = gpu.createBuffer(`${label} copy`, size, usage);
    for (const { buffer, from, to, size: bytes } of pieces)
      encoder.copyBufferToBuffer(buffer, from, copy, to, bytes);
    return { copy, at, size };
  });
  device.queue.submit([encoder.finish()]);
  try {
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const failure = errors.find(error => error !== null);
    if (failure) {
      const message = `the GPU has no memory to copy ${what}: ${failure.message}`;
      throw new ForetokenError('out_of_memory', `${message}; use a smaller context`);
    }
    const arrived = copies.map(({ copy, at, size }) =>
      readMapped(gpu, copy, size, mapped => all.set(new Uint8Array(mapped), at)),
    );
    await Promise.all(arrived);
  } finally {
    for (const { copy } of copies) gpu.destroyBuffer(copy);
  }
}
